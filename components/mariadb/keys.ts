import { imageKey, key, type Values } from "../../stacks/config/keys";
import { anyText, oneOf, storageSize } from "../../stacks/config/rules";

/** Configuration keys of the database. */
export const mariaDbKeys = {
  mariadbImage: imageKey("mariadb:10.11", {
    description: "Image of MariaDB.",
    onChange:
      "Restarts the database with the new image. The site is unavailable during the restart. Refused: an older series than that " +
      "of the files; a newer one without `mariadbUpgrade: allow`.",
  }),
  mariadbUpgrade: key(oneOf("none", "allow"), {
    default: "none",
    description:
      "`allow` lets a `mariadbImage` of a newer series, such as 11.8 after 10.11, upgrade the database's files.",
    onChange: "Restarts the database. **There is no downgrade.**",
  }),
  mariadbStorage: key(storageSize(), {
    default: "1Gi",
    description: "Size of the database's claim. With `storage.engine: replicated` at least 300Mi, the minimum of XFS.",
    onChange: "Grows the claim. Refused: a smaller size, or a storage class that does not expand claims.",
  }),
  databasePasswordRotation: key(anyText("2026-11"), {
    default: "1",
    description: "Any text. Change it to rotate the database password without downtime.",
    onChange: "Creates a second database user, rolls the pods over to it, then drops the first user.",
  }),
} as const;

export type MariaDbConfig = Values<typeof mariaDbKeys>;
