// Draws docs/images/terminal.svg from docs/images/terminal.txt, lines of a real run: `npm run terminal-svg`. A line `…` stands for
// lines that were left out. To record again, run `npm run try | tee run.txt`, then the commands that it ends with, and shorten it.
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "./trackedFiles";

export const recordingFile = path.join(projectRoot, "docs/images/terminal.txt");
export const pictureFile = path.join(projectRoot, "docs/images/terminal.svg");

/** Pixels. A character is as wide as in most monospaced fonts; `textLength` makes other fonts fit. */
const size = { font: 14, line: 20, character: 8.4, margin: 20, bar: 32 };

/** Readable on its own dark background, so on pages of either theme. */
const colors = {
  background: "#0d1117",
  text: "#e6edf3",
  command: "#79c0ff",
  created: "#7ee787",
  updated: "#e3b341",
  deleted: "#ff7b72",
  omitted: "#8b949e",
};

function colorOf(line: string): string {
  if (line.startsWith("$ ")) return colors.command;
  if (line === "…") return colors.omitted;
  if (/^ +(\+ |✓ )/.test(line)) return colors.created;
  if (/^ +~ /.test(line)) return colors.updated;
  return /^ +- /.test(line) ? colors.deleted : colors.text;
}

/** A terminal's window with these lines. */
export function terminalSvg(recording: string, title: string): string {
  const lines = recording.trimEnd().split("\n");
  const columns = Math.max(...lines.map((line) => [...line].length));
  const width = Math.ceil(columns * size.character) + 2 * size.margin;
  const height = size.bar + lines.length * size.line + size.margin;
  const texts = lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const y = size.bar + (index + 0.75) * size.line;
    const length = ([...line].length * size.character).toFixed(1);
    const weight = line.startsWith("$ ") ? ' font-weight="bold"' : "";
    const style = `x="${size.margin}" y="${y}" textLength="${length}" fill="${colorOf(line)}"${weight}`;
    return [`  <text ${style} xml:space="preserve">${escapeXml(line)}</text>`];
  });
  const dots = [colors.deleted, colors.updated, colors.created].map(
    (fill, index) => `  <circle cx="${size.margin + 6 + index * 20}" cy="${size.bar / 2}" r="6" fill="${fill}"/>`,
  );
  const font = `font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${size.font}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${font}>`,
    `  <title>${escapeXml(title)}</title>`,
    `  <rect width="${width}" height="${height}" rx="8" fill="${colors.background}" stroke="${colors.omitted}"/>`,
    ...dots,
    ...texts,
    "</svg>\n",
  ].join("\n");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The picture of the recording in the repository. */
export function renderPicture(): string {
  return terminalSvg(fs.readFileSync(recordingFile, "utf8"), "npm run try deploys WordPress to a throwaway cluster");
}

if (require.main === module) fs.writeFileSync(pictureFile, renderPicture());
