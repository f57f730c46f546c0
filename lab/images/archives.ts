import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../support/processes";

/** An image in a docker-archive's manifest.json. */
interface ArchivedImage {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
}

/**
 * Joins docker-archives into one, which stores each shared layer once.
 * @param tags the names of each archive's image in the result
 */
export async function joinArchives(
  archives: readonly { readonly archive: string; readonly tags: readonly string[] }[],
  result: string,
): Promise<void> {
  const folder = `${result}.parts`;
  const images: ArchivedImage[] = [];
  fs.mkdirSync(folder);
  for (const { archive, tags } of archives) {
    await run("tar", ["--extract", "--file", archive, "--directory", folder]);
    const [image] = JSON.parse(fs.readFileSync(path.join(folder, "manifest.json"), "utf8")) as [ArchivedImage];
    images.push({ Config: image.Config, Layers: image.Layers, RepoTags: tags });
  }
  fs.writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(images));
  const members = new Set(["manifest.json", ...images.flatMap((image) => [image.Config, ...image.Layers])]);
  await run("tar", ["--create", "--file", result, "--directory", folder, ...members]);
  fs.rmSync(folder, { recursive: true });
}
