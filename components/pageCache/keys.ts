import { imageKey, key, object, type Values } from "../../stacks/config/keys";
import { imageSince, trueOrFalse, wholeNumber } from "../../stacks/config/rules";

/** Configuration keys of the page cache. */
export const pageCacheKeys = {
  pageCache: object(
    {
      enabled: key(trueOrFalse, {
        default: "true",
        description: "Whether nginx caches pages for anonymous visitors.",
        onChange: "Adds or removes the nginx pods without downtime. Rolls the site's pods.",
      }),
      seconds: key(wholeNumber(1, 3600, 5), {
        default: "5",
        description:
          "Seconds for which a page is cached. A change by a logged-in user or a job invalidates all pages at once. A change by " +
          "a visitor invalidates them within five minutes.",
        onChange: "Rolls the nginx pods.",
      }),
      image: imageKey(
        "nginx:1.30",
        {
          description:
            "Image of nginx 1.27.3 or newer with njs 0.8.1 or newer. A tag that is a version is checked; `stable` or a digest " +
            "alone is not.",
          onChange: "Rolls the nginx pods.",
        },
        imageSince("nginx", [1, 27, 3]),
      ),
    },
    { appliesTo: { content: ["shared"] }, description: "Page cache for anonymous visitors." },
  ),
} as const;

export type PageCacheConfig = Values<typeof pageCacheKeys>["pageCache"];
