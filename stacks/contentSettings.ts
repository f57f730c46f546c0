import * as pulumi from "@pulumi/pulumi";
import { sharedStorageOptions } from "../components/storage/claims/sharedStorageOptions";
import type { ObjectCacheSettings } from "../components/objectCache/objectCache";
import { objectCachePlugin } from "../components/objectCache/objectCacheNames";
import type { PageCacheSettings } from "../components/pageCache/pageCache";
import type { Extension } from "../components/wordpress/siteFiles";
import { nfsServerClassName } from "../components/storage/nfs/nfsNames";
import { managedStorageClasses, type StorageConfig } from "../components/storage/openebs/storage";
import { configRemove, configSet } from "./config/rules";
import { readExtensions } from "./extensionSettings";
import { type Key, objectCacheKeys, pageCacheKeys, sharedKeys } from "./keys";
import { isSecret, readKeys, readObject, type Report, type Values } from "./readKeys";

/** Where WordPress's files are, and what holds for a site whose files are shared. */
export type ContentSettings =
  | { readonly content: "perPod" }
  | ({
      readonly content: "shared";
      readonly adminPassword: pulumi.Output<string> | undefined;
      readonly plugins: readonly Extension[];
      readonly themes: readonly Extension[];
      /** Undefined where it is turned off. */
      readonly pageCache: PageCacheSettings | undefined;
      /** Undefined where it is not turned on. */
      readonly objectCache: ObjectCacheSettings | undefined;
    } & Values<typeof sharedKeys>);

/** Fewest characters of a password that the user gives. */
const passwordLength = 8;

/** Full names of the keys that are for shared content only. */
export const sharedNames = [
  ...Object.keys(sharedKeys),
  "adminPassword",
  "plugins",
  "themes",
  "pageCache",
  "objectCache",
];

/** Full names of the keys inside `pageCache` and `objectCache`. */
export const cacheNames = [
  ...Object.keys(pageCacheKeys).map((name) => `pageCache.${name}`),
  ...Object.keys(objectCacheKeys).map((name) => `objectCache.${name}`),
];

/** Reads what belongs to the site's content; what is wrong with it is reported. */
export function readContent(
  content: "shared" | "perPod" | undefined,
  own: Readonly<Record<string, string | undefined>>,
  storage: StorageConfig,
  report: Report,
): ContentSettings {
  if (content === "perPod") {
    for (const name of sharedNames.filter((candidate) => own[candidate] !== undefined)) {
      report(`${name}: is for content: shared, and content is perPod; remove it: ${configRemove(name)}`);
    }
    return { content };
  }
  const values = readKeys(sharedKeys, "", own, report);
  const needsClass = values.contentAccessMode === "ReadWriteMany" && own.contentStorageClass === undefined;
  // The engine replicated brings one, by NFS.
  if (needsClass && content === "shared" && storage.engine !== "replicated") report(noSharedClass);
  const className = values.contentStorageClass;
  if (className !== undefined && values.contentAccessMode === "ReadWriteMany") {
    // They come with this `up`: the cluster cannot be asked yet, and it is known.
    const ofOneNode = [
      ...managedStorageClasses(storage),
      ...(storage.engine === "replicated" ? [nfsServerClassName] : []),
    ];
    if (ofOneNode.includes(className)) report(classOfOneNode(className, storage.engine));
  }
  const plugins = readExtensions("plugins", own.plugins, report);
  return {
    content: "shared",
    ...values,
    adminPassword: readPassword(own.adminPassword, report),
    plugins,
    themes: readExtensions("themes", own.themes, report),
    pageCache: readSwitched("pageCache", pageCacheKeys, own.pageCache, report),
    objectCache: readObjectCache(own.objectCache, plugins, report),
  };
}

/** That pods on several nodes need a class which few clusters have, and the ways out. */
const noSharedClass =
  "contentStorageClass: not set, and content: shared on several nodes needs a storage class whose volumes are ReadWriteMany. " +
  sharedStorageOptions("Name one");

/** That OpenEBS's own classes give volumes to one node at a time. */
function classOfOneNode(className: string, engine: StorageConfig["engine"]): string {
  const first =
    engine === "replicated"
      ? `Leave it to the stack, which brings one by NFS: ${configRemove("contentStorageClass")}; or name another one`
      : "Name another one";
  return (
    `contentStorageClass: "${className}" is OpenEBS's, and gives volumes that one node writes to; content: shared on several nodes ` +
    `needs ReadWriteMany. ${sharedStorageOptions(first)}`
  );
}

/** Reads an object that is turned on and off by its key `enabled`: the others, or undefined where it is off. What is wrong is reported either way. */
function readSwitched<K extends Readonly<Record<string, Key<unknown>>>>(
  name: string,
  known: K,
  text: string | undefined,
  report: Report,
): Omit<Values<K>, "enabled"> | undefined {
  const options = {
    known: Object.keys(known),
    example: ["enabled", String(known.enabled?.default !== "true")],
  } as const;
  const { enabled, ...settings } = readKeys(known, `${name}.`, readObject(name, text, options, report), report);
  return enabled ? settings : undefined;
}

/** A site whose WordPress has no way to it is refused. */
function readObjectCache(
  text: string | undefined,
  plugins: readonly Extension[],
  report: Report,
): ObjectCacheSettings | undefined {
  const settings = readSwitched("objectCache", objectCacheKeys, text, report);
  if (settings && !plugins.some(({ slug }) => slug === objectCachePlugin)) {
    report(
      `objectCache.enabled: is true, and WordPress reaches it by the plugin ${objectCachePlugin}, which is not in plugins; ` +
        `add it, with its version and sha256: ${configSet(`plugins[${plugins.length}].slug`, objectCachePlugin)}`,
    );
  }
  return settings;
}

/** It stays secret wherever it goes. */
function readPassword(text: string | undefined, report: Report): pulumi.Output<string> | undefined {
  const example = "pulumi config set --secret adminPassword";
  if (text === undefined) return undefined;
  if (!isSecret("adminPassword")) {
    report(`adminPassword: is in clear in the stack file; choose another one, and set it as a secret: ${example}`);
  } else if (text.length < passwordLength || text.length > 200 || /[\r\n\0]/.test(text)) {
    report(
      `adminPassword: is not allowed; expected ${passwordLength} to 200 characters on one line; example: ${example}`,
    );
  }
  return pulumi.secret(text);
}
