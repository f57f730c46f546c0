import * as fs from "node:fs";
import * as path from "node:path";
import type { Fields, Key, ValueKey } from "../stacks/config/keys";
import { groups } from "../stacks/config/tree";
import { stackSchema, stackSchemaFile } from "./stackSchema";

/** The reference of all keys. */
export const configurationFile = path.join(__dirname, "configuration.md");

const code = (text: string) => `\`${text.replaceAll("|", "\\|")}\``;

/** docs/configuration.md, from the keys that the program reads. */
export function configurationPage(): string {
  const sections = Object.entries(groups);
  return `# Configuration

<!-- Written by \`npm run docs\` from the keys in components/*/keys.ts and stacks/config/tree.ts. -->

Set a key with \`pulumi config set KEY VALUE\`. A key with a dot is inside an object and needs \`--path\`:
\`pulumi config set --path storage.className fast\`. Invalid values are refused, all of them in one message, before anything
is changed. Editors that read \`# yaml-language-server: $schema=…\` check and complete the keys in the stack's file.

Each row says what a later change of the key does. **Install only** marks keys that count when the site is installed.
${sections.map(([title, fields]) => `\n## ${title}\n\n${table(fields)}\n`).join("")}
## Which keys apply when

\`content: shared\` on several nodes needs volumes that many nodes can mount. Choose one of three:
\`contentStorageClass\` with a ReadWriteMany storage class, \`contentAccessMode: ReadWriteOnce\`, or \`content: perPod\`.
With \`storage.engine: replicated\` the stack manages such a class itself, by NFS, unless \`contentStorageClass\` names another one.

Each node with a pool has to be in \`nodeSsh.hosts\`. You may add other nodes: the program loads the kernel module nvme-tcp
there, which a node needs to mount replicated volumes. Without \`nodeSsh\` you prepare the nodes yourself.
`;
}

function table(fields: Fields): string {
  return ["| Key | Value | Description |", "| --- | --- | --- |", ...rows(fields, "")].join("\n");
}

/** Path of an entry of a list or of a map, where N and NODE stand for any. */
const entryOf = { object: "", list: "[N]", map: ".NODE" } as const;

function rows(fields: Fields, within: string): string[] {
  return Object.entries(fields).flatMap(([name, key]) => {
    const path = `${within}${name}`;
    return key.kind === "value"
      ? [row(path, key)]
      : [groupRow(path, key), ...rows(key.fields, `${path}${entryOf[key.kind]}.`)];
  });
}

function row(path: string, key: ValueKey<unknown>): string {
  const { rule, secret, required, installOnly } = key;
  const fallback = key.default === undefined ? (required ? "Required" : "Not set") : `Default ${code(key.default)}`;
  const example = secret ? `set with ${code("--secret")}` : `e.g. ${code(rule.example)}`;
  const value = [fallback, `${rule.allowed.replaceAll("|", "\\|")}, ${example}`];
  const about = [key.description, applies(key), `*Later:* ${key.onChange}`, installOnly && "**Install only.**"];
  return `| ${code(path)} | ${value.join("<br>")} | ${about.filter(Boolean).join("<br>")} |`;
}

function groupRow(path: string, key: Exclude<Key, ValueKey<unknown>>): string {
  const kind = { object: "An object", list: "A list of objects", map: "An object by name" }[key.kind];
  return `| ${code(path)} | ${kind} | ${[key.description, applies(key)].filter(Boolean).join("<br>")} |`;
}

function applies({ appliesTo = {} }: Key): string {
  return Object.entries(appliesTo)
    .map(([other, values]) => `Applies to ${code(`${other}: ${values.join(" or ")}`)}.`)
    .join(" ");
}

if (require.main === module) {
  fs.writeFileSync(configurationFile, configurationPage());
  fs.writeFileSync(stackSchemaFile, stackSchema());
}
