import * as fs from "node:fs";
import * as path from "node:path";
import { buildOnce } from "../support/cache";
import { cacheRoot } from "../support/paths";
import { run } from "../support/processes";
import { joinArchives } from "./archives";
import { baseOptions, makeBase, type Release } from "./base";
import { ImageStore } from "./buildah";
import { installTools } from "./tools";
import { type CoreRelease, makeCore } from "./wordPressCore";

/** An image that containerd can import. Several may share an archive, which has to be imported once. */
export interface BuiltImage {
  /** The image's full name, e.g. `docker.io/library/mariadb:10.11`. */
  readonly reference: string;
  /** Path of the docker-archive that holds it. */
  readonly archive: string;
}

const pause = "registry.k8s.io/pause:3.10";

/** Base images of the other images, by tag. */
const bases = { "12": "bookworm", "13": "trixie", sid: "sid" } as const satisfies Record<string, Release>;
type Base = keyof typeof bases;

/** An image that needs only a base image and the files of its folder. */
interface PackagedImage {
  /** Folder of its Dockerfile. */
  readonly folder: string;
  /** Version of the program, as in the image's tag. The Dockerfile gets it as VERSION. */
  readonly version: string;
  /** The Dockerfile gets it as DEBIAN. */
  readonly base: Base;
  /** The image's names, at least one. */
  readonly tags: readonly [string, ...string[]];
}

const nfsServer = "longhornio/longhorn-share-manager:v1.12.1";

/** The images of single programs, under the official images' names. */
const packaged: readonly PackagedImage[] = [
  { folder: "mariadb", version: "10.11", base: "12", tags: ["docker.io/library/mariadb:10.11"] },
  { folder: "mariadb", version: "11.8", base: "13", tags: ["docker.io/library/mariadb:11.8"] },
  { folder: "nginx", version: "1.30", base: "sid", tags: ["docker.io/library/nginx:1.30"] },
  { folder: "valkey", version: "8.1", base: "13", tags: ["docker.io/valkey/valkey:8.1"] },
  // Its name in Docker Hub, and in a registry that mirrors others.
  {
    ...{ folder: "nfs-server", version: "6.5", base: "13" },
    tags: [`docker.io/${nfsServer}`, `registry.k8s.io/${nfsServer}`],
  },
];

/** Base images of WordPress, by PHP's version. */
const php = {
  "8.2": { folder: "php", version: "8.2", base: "12", tags: ["localhost/php:8.2-apache"] },
  "8.4": { folder: "php", version: "8.4", base: "13", tags: ["localhost/php:8.4-apache"] },
} as const satisfies Record<string, PackagedImage>;

/** The images of WordPress. */
interface WordPressImage {
  readonly release: CoreRelease;
  readonly php: keyof typeof php;
  readonly tags: readonly [string, ...string[]];
}

const wordpress: readonly WordPressImage[] = [
  { release: "6.5", php: "8.2", tags: ["docker.io/library/wordpress:6.5-apache", "docker.io/library/wordpress:6.5"] },
  { release: "6.8", php: "8.4", tags: ["docker.io/library/wordpress:6.8-php8.4-apache"] },
  { release: "7.1", php: "8.4", tags: ["docker.io/library/wordpress:7.1-php8.4-apache"] },
];

/** Builds the lab's images that the cache lacks. @returns all images with their archives */
export async function buildImages(): Promise<BuiltImage[]> {
  const store = await ImageStore.open(cacheRoot);
  try {
    const built: BuiltImage[] = [{ reference: pause, archive: await buildPause(store) }];
    for (const image of packaged) {
      const archive = await buildPackaged(store, image);
      built.push(...image.tags.map((reference) => ({ reference, archive })));
    }
    const archive = await buildWordPress(store);
    return [...built, ...wordpress.flatMap(({ tags }) => tags.map((reference) => ({ reference, archive })))];
  } finally {
    await store.remove();
  }
}

async function buildBase(store: ImageStore, tag: Base): Promise<string> {
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

async function buildPackaged(store: ImageStore, { folder, version, base, tags }: PackagedImage): Promise<string> {
  const baseArchive = await buildBase(store, base);
  return archiveOf(folder, version, [baseArchive, ...tags], async (context, archive) => {
    await store.load(baseArchive);
    await store.build(context, tags[0], { DEBIAN: base, VERSION: version });
    const part = `${archive}.part`;
    await store.save(tags[0], part);
    await joinArchives([{ archive: part, tags }], archive);
    fs.rmSync(part);
  });
}

/** Builds all images of WordPress in one archive: they share their layers. */
async function buildWordPress(store: ImageStore): Promise<string> {
  const phpArchives = { "8.2": await buildPackaged(store, php["8.2"]), "8.4": await buildPackaged(store, php["8.4"]) };
  const code = ["wordPressCore.ts", "packages.ts"].map((file) => fs.readFileSync(path.join(__dirname, file), "utf8"));
  const inputs = [...Object.values(phpArchives), JSON.stringify(wordpress), ...code];
  return archiveOf("wordpress", wordpress.at(-1)?.release ?? "", inputs, async (context, archive) => {
    const parts = [];
    for (const { release, php: version, tags } of wordpress) {
      await makeCore(release, path.join(context, `core-${release}`));
      await store.load(phpArchives[version]);
      await store.build(context, tags[0], { VERSION: release, PHP: version });
      const part = `${archive}.${release}`;
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
