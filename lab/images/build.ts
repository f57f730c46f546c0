import * as fs from "node:fs";
import * as path from "node:path";
import { buildOnce } from "../support/cache";
import { cacheRoot } from "../support/paths";
import { run } from "../support/processes";
import { joinArchives } from "./archives";
import { baseOptions, makeBase, type Release } from "./base";
import { ImageStore } from "./buildah";
import { redisImage } from "./debianImages";
import { installTools } from "./tools";
import { corePackage, fetchCore } from "./wordPressCore";

/** An image that containerd can import. Several may share an archive, which has to be imported once. */
export interface BuiltImage {
  /** The image's full name, e.g. `docker.io/library/mariadb:10.11`. */
  readonly reference: string;
  /** Path of the docker-archive that holds it. */
  readonly archive: string;
}

const pause = "registry.k8s.io/pause:3.10";
const nfsServer = "longhornio/longhorn-share-manager:v1.12.1";
/** Its name in Docker Hub, and in a registry that mirrors others. */
const nfsServerTags = [`docker.io/${nfsServer}`, `registry.k8s.io/${nfsServer}`] as const;
/** Base images of the other images, by tag. */
const bases = { "12": "bookworm", sid: "sid" } as const satisfies Record<string, Release>;
const php = "localhost/php:8.2-apache";

/** The WordPress versions, and the official images' names for each. */
const wordpress = [
  { version: "6.5", tags: ["docker.io/library/wordpress:6.5-apache", "docker.io/library/wordpress:6.5"] },
  { version: "6.4", tags: ["docker.io/library/wordpress:6.4-apache"] },
] as const;

/** Builds the lab's images that the cache lacks. @returns all images with their archives */
export async function buildImages(): Promise<BuiltImage[]> {
  const store = await ImageStore.open(cacheRoot);
  try {
    const baseArchive = await buildBase(store, "12");
    const sidArchive = await buildBase(store, "sid");
    const ofDebian = async (image: string, archiveOfBase = baseArchive): Promise<BuiltImage> => {
      const [folder = "", version = ""] = image.split(":");
      const reference = `docker.io/library/${image}`;
      return { reference, archive: await buildOnBase(store, archiveOfBase, reference, folder, version) };
    };
    const [pauseArchive, mariadb, nginx, redis, nfsServerArchive, wordpressArchive] = [
      await buildPause(store),
      await ofDebian("mariadb:10.11"),
      await ofDebian("nginx:1.30", sidArchive),
      await ofDebian(redisImage),
      await buildNfsServer(store, baseArchive),
      await buildWordPress(store, baseArchive, await buildOnBase(store, baseArchive, php, "php", "8.2")),
    ];
    return [
      { reference: pause, archive: pauseArchive },
      ...[mariadb, nginx, redis],
      ...nfsServerTags.map((reference) => ({ reference, archive: nfsServerArchive })),
      ...wordpress.flatMap(({ tags }) => tags.map((reference) => ({ reference, archive: wordpressArchive }))),
    ];
  } finally {
    await store.remove();
  }
}

async function buildBase(store: ImageStore, tag: keyof typeof bases): Promise<string> {
  return archiveOf("base", tag, [...baseOptions], async (context, archive) => {
    const reference = `localhost/base:${tag}`;
    await makeBase(bases[tag], path.join(context, "base.tar"));
    await store.build(context, reference);
    await store.save(reference, archive);
  });
}

async function buildPause(store: ImageStore): Promise<string> {
  return archiveOf("pause", "3.10", [], async (context, archive) => {
    await run("gcc", ["-static", "-Os", "-s", "-Wall", "-Werror", "-o", "pause", "pause.c"], { cwd: context });
    await store.build(context, pause);
    await store.save(pause, archive);
  });
}

/** Builds an image that needs only the base image and the files of its folder. */
async function buildOnBase(
  store: ImageStore,
  baseArchive: string,
  reference: string,
  folder: string,
  version: string,
): Promise<string> {
  return archiveOf(folder, version, [baseArchive], async (context, archive) => {
    await store.load(baseArchive);
    await store.build(context, reference);
    await store.save(reference, archive);
  });
}

async function buildNfsServer(store: ImageStore, baseArchive: string): Promise<string> {
  return archiveOf("nfs-server", "4.3", [baseArchive, ...nfsServerTags], async (context, archive) => {
    const part = `${archive}.part`;
    await store.load(baseArchive);
    await store.build(context, nfsServerTags[0]);
    await store.save(nfsServerTags[0], part);
    await joinArchives([{ archive: part, tags: nfsServerTags }], archive);
    fs.rmSync(part);
  });
}

async function buildWordPress(store: ImageStore, baseArchive: string, phpArchive: string): Promise<string> {
  const inputs = [baseArchive, phpArchive, corePackage, JSON.stringify(wordpress)];
  return archiveOf("wordpress", wordpress[0].version, inputs, async (context, archive) => {
    const versions = wordpress.map(({ version }) => version);
    await fetchCore(versions, context);
    await store.load(baseArchive);
    await store.load(phpArchive);
    const parts = [];
    for (const { version, tags } of wordpress) {
      const part = `${archive}.${version}`;
      await store.build(context, tags[0], { VERSION: version });
      await store.save(tags[0], part);
      parts.push({ archive: part, tags });
    }
    await joinArchives(parts, archive);
    parts.forEach((part) => fs.rmSync(part.archive));
  });
}

/**
 * Returns the cached archive of the image whose Dockerfile is in the folder of that name.
 * `build` gets a copy of the folder, to which it may add generated files, and the path of the archive to write.
 */
async function archiveOf(
  name: string,
  version: string,
  inputs: readonly string[],
  build: (context: string, archive: string) => Promise<void>,
): Promise<string> {
  const source = path.join(__dirname, name);
  const part = {
    name: `image-${name}`,
    version,
    inputs: [...inputs, ...contents(source)],
    build: async (folder: string) => {
      await installTools();
      const context = path.join(folder, "context");
      fs.cpSync(source, context, { recursive: true });
      await build(context, path.join(folder, "image.tar"));
      fs.rmSync(context, { recursive: true });
    },
  };
  return path.join(await buildOnce(part), "image.tar");
}

/** Names, modes and contents of the files in a folder: a part of the cache key. */
function contents(folder: string): (string | Buffer)[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .filter((file) => fs.statSync(path.join(folder, file)).isFile())
    .flatMap((file) => {
      const full = path.join(folder, file);
      return [file, String(fs.statSync(full).mode & 0o111), fs.readFileSync(full)];
    });
}
