import type { Extension } from "../components/wordpress/siteFiles";
import { configSet, trueOrFalse } from "./config/rules";
import { extensionKeys } from "./keys";
import { readKeys, readList, readObject, type Report, reportMissing } from "./readKeys";

/** What is read of an entry, with an entry's own default of `active`. */
export const entryKeys = {
  plugins: { ...extensionKeys, active: { meaning: "", rule: trueOrFalse, default: "true" } },
  themes: { ...extensionKeys, active: { meaning: "", rule: trueOrFalse, default: "false" } },
} as const;

/** Reads `plugins` or `themes`: a list of { slug, version, sha256, active }; what is wrong with it is reported. */
export function readExtensions(name: "plugins" | "themes", text: string | undefined, report: Report): Extension[] {
  const form = { entry: "{ slug, version, sha256, active }", example: [`${name}[0].slug`, "classic-editor"] } as const;
  const value = readList(name, text, form, report);
  if (value === undefined) return [];
  const extensions = value.map((entry, index) => readExtension(name, index, entry, report));
  extensions.forEach(({ slug, active }, index) => {
    const first = extensions.findIndex((other) => other.slug === slug);
    if (slug !== "" && first < index) {
      report(`${name}[${index}].slug: "${slug}" is that of ${name}[${first}] as well; each is on the list once`);
    }
    const firstActive = extensions.findIndex((other) => other.active);
    if (name === "themes" && active && firstActive < index) {
      report(
        `themes[${index}].active: is true for themes[${firstActive}] as well, and a site has one theme; example: ` +
          configSet(`themes[${index}].active`, "false"),
      );
    }
  });
  return extensions;
}

function readExtension(list: "plugins" | "themes", index: number, entry: unknown, report: Report): Extension {
  const name = `${list}[${index}]`;
  const keys = entryKeys[list];
  const options = { known: Object.keys(keys), example: ["slug", "classic-editor"] } as const;
  const object = readObject(name, JSON.stringify(entry), options, report);
  const { slug = "", version = "", sha256 = "", active } = readKeys(keys, `${name}.`, object, report);
  reportMissing(name, extensionKeys, object, report);
  return { slug, version, sha256, active };
}
