import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../../lab/support/processes";

/** Configuration with which an image runs. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly User?: string;
  readonly StopSignal?: string;
}

/** An image that is unpacked in a folder. */
export interface UnpackedImage {
  readonly rootfs: string;
  readonly config: ImageConfig;
}

interface Manifest {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
}

/** Unpacks the image of that name from a docker-archive. */
export async function unpack(archive: string, reference: string, folder: string): Promise<UnpackedImage> {
  const rootfs = path.join(folder, "rootfs");
  const parts = path.join(folder, "parts");
  fs.mkdirSync(rootfs, { recursive: true });
  fs.mkdirSync(parts);
  await run("tar", ["--extract", "--file", archive, "--directory", parts]);
  const manifest = readJson(path.join(parts, "manifest.json")) as Manifest[];
  const image = manifest.find(({ RepoTags }) => RepoTags.includes(reference));
  if (!image) throw new Error(`${archive} holds no ${reference}`);
  for (const layer of image.Layers) await apply(path.join(parts, layer), rootfs);
  const { config } = readJson(path.join(parts, image.Config)) as { config: ImageConfig };
  fs.rmSync(parts, { recursive: true });
  return { rootfs, config };
}

/** Extracts a layer over the previous ones. An entry `.wh.NAME` deletes their NAME. */
async function apply(layer: string, rootfs: string): Promise<void> {
  const entries = (await run("tar", ["--list", "--file", layer])).trim().split("\n");
  for (const entry of entries.filter((name) => path.basename(name).startsWith(".wh."))) {
    const deleted = path.basename(entry).slice(".wh.".length);
    fs.rmSync(path.join(rootfs, path.dirname(entry), deleted), { recursive: true, force: true });
  }
  await run("tar", ["--extract", "--file", layer, "--directory", rootfs, "--numeric-owner", "--exclude", ".wh.*"]);
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}
