import * as fs from "node:fs";
import * as path from "node:path";
import { buildImages } from "../images/build";
import { buildOnce } from "../support/cache";
import { stateRoot } from "../support/paths";
import { run } from "../support/processes";
import { daemonLog, awaitDaemon, startDaemon, stopDaemon, type Daemon } from "./daemons";
import { folders } from "./layout";
import { imageStoreConfig } from "./nodeConfig";

const containerd = "/usr/bin/containerd";

/** Folders of a containerd's root whose files are never changed after they are written. */
const constantParts = ["io.containerd.content.v1.content/blobs", "io.containerd.snapshotter.v1.overlayfs/snapshots"];

/**
 * Folder with a containerd root that has all of the lab's images, unpacked. Built once, into the cache: importing
 * takes about 10 s for each image, and there are three nodes.
 */
export async function ensureImageStore(): Promise<string> {
  const images = await buildImages();
  const archives = [...new Set(images.map(({ archive }) => archive))];
  const version = await containerdVersion();
  return buildOnce({
    name: "image-store",
    version,
    inputs: archives,
    build: async (folder) => {
      const daemon = storeDaemon(folder);
      await startDaemon(daemon);
      try {
        await awaitDaemon(daemon);
        for (const archive of archives) await importArchive(daemon, archive);
        await checkImages(images.map(({ reference }) => reference));
      } finally {
        await stopDaemon(daemon);
        fs.rmSync(storeState, { recursive: true, force: true });
      }
    },
  });
}

/**
 * Copies the images to a node. Immutable files are hard-linked if both folders are on one file system:
 * three nodes then take the space of one.
 */
export async function copyImageStore(store: string, target: string): Promise<void> {
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const sameFileSystem = fs.statSync(store).dev === fs.statSync(path.dirname(target)).dev;
  await run("cp", ["--archive", sameFileSystem ? "--link" : "--reflink=auto", store, target]);
  if (!sameFileSystem) return;
  for (const file of filesThatChange(target)) {
    const copy = `${file}.copy`;
    fs.copyFileSync(file, copy);
    fs.renameSync(copy, file);
  }
}

/** Files of a containerd root that containerd changes: its databases. */
function filesThatChange(root: string, below = ""): string[] {
  return fs.readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const relative = path.join(below, entry.name);
    if (constantParts.includes(relative)) return [];
    if (entry.isDirectory()) return filesThatChange(root, relative);
    return entry.isFile() ? [path.join(root, relative)] : [];
  });
}

const storeState = path.join(stateRoot, "image-store");
const storeSocket = path.join(storeState, "containerd.sock");

function storeDaemon(root: string): Daemon {
  const config = path.join(folders.config, "image-store.toml");
  return {
    name: "image-store",
    part: "containerd",
    executable: containerd,
    args: ["--config", config],
    files: { [config]: imageStoreConfig({ root, state: storeState, socket: storeSocket }) },
    ready: async () => (await ctr("version")) !== "",
  };
}

async function importArchive(daemon: Daemon, archive: string): Promise<void> {
  await run("ctr", ["--address", storeSocket, "--namespace", "k8s.io", "images", "import", archive], {
    log: daemonLog(`${daemon.name}-import`),
  });
}

async function checkImages(references: readonly string[]): Promise<void> {
  const found = (await ctr("images", "list", "--quiet")).split("\n");
  const missing = references.filter((reference) => !found.includes(reference));
  if (missing.length > 0)
    throw new Error(`the image archives lack ${missing.join(", ")}; they contain ${found.join(", ")}`);
}

async function ctr(...args: string[]): Promise<string> {
  return run("ctr", ["--address", storeSocket, "--namespace", "k8s.io", ...args]);
}

/** The installed version of containerd: another version may store its files differently. */
async function containerdVersion(): Promise<string> {
  const [, , version = ""] = (await run(containerd, ["--version"])).split(" ");
  return version.replace(/[^\w.]/g, "-");
}
