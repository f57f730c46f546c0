import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";

/** A fenced block of code on a page. */
export interface CodeBlock {
  /** What follows the opening fence, such as `bash`. */
  readonly language: string;
  readonly code: string;
  /** The last line before the block that is not empty. */
  readonly lineBefore: string;
}

/** The repository's Markdown files, by their paths from its root. */
export function markdownFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  return listed.split("\n").filter((file) => file !== "" && fs.existsSync(path.join(projectRoot, file)));
}

/** The text of a page. @param file its path from the repository's root */
export function readPage(file: string): string {
  return fs.readFileSync(path.join(projectRoot, file), "utf8");
}

/** Targets of the page's links and images, in their order; without those in code. */
export function linksOf(page: string): string[] {
  const text = withoutCode(page).replace(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
}

/** Files of this repository that the page names in code, such as `tests/support/until.ts`. */
export function filesNamedOn(page: string): string[] {
  const folders = "bench|components|docs|lab|policy|scripts|stacks|tests";
  return [...page.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]+\\.\\w+)\``, "g"))].map(([, file = ""]) => file);
}

/** Anchors that GitHub gives the page's headings. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(page).matchAll(/^#{1,6} +(.+)$/gm)) {
    const anchor = anchorOf(heading);
    const numbered = (number: number): string => (number === 0 ? anchor : `${anchor}-${number}`);
    let number = 0;
    while (anchors.has(numbered(number))) number++;
    anchors.add(numbered(number));
  }
  return anchors;
}

/** Fenced blocks of the page, in their order. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let lineBefore = "";
  let open: { language: string; indent: number; lines: string[] } | undefined;
  for (const line of page.split("\n")) {
    const [, indent = "", language = ""] = /^( *)```(.*)$/.exec(line) ?? [];
    const isFence = /^ *```/.test(line);
    if (isFence && open) {
      blocks.push({ language: open.language, code: open.lines.join("\n"), lineBefore });
      open = undefined;
    } else if (isFence) open = { language: language.trim(), indent: indent.length, lines: [] };
    else if (open) open.lines.push(line.slice(open.indent));
    else if (line.trim() !== "") lineBefore = line.trim();
  }
  return blocks;
}

function withoutCode(page: string): string {
  return page.replace(/^( *)```[\s\S]*?^\1```$/gm, "");
}

/** GitHub's rule: lower case, no punctuation but hyphens and underscores, a hyphen for each space. */
function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, "")
    .replaceAll(" ", "-");
}
