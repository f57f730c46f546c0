import { maxReplicas } from "../components/wordpress/apache";
import { chartVersion } from "../components/storage/openebs/chartVersion";
import { diskUri } from "../components/storage/openebs/disk";
import {
  anyText,
  dnsLabel,
  dnsSubdomain,
  egressRule,
  hostNames,
  imageReference,
  imageRegistry,
  imageSince,
  matching,
  oneOf,
  plainText,
  proxyRanges,
  quantityWithin,
  type Rule,
  siteAddress,
  storageSize,
  trueOrFalse,
  webAddress,
  wholeNumber,
} from "./config/rules";

/** A key of the stack's configuration: what it means, what it may be, and what it is when it is not set. */
export interface Key<T> {
  readonly meaning: string;
  readonly rule: Rule<T>;
  /** The text that is taken where the key is not set. A key without one stays undefined. */
  readonly default?: string;
}

const key = <T>(rule: Rule<T>, defaultText: string, meaning: string) => ({ rule, default: defaultText, meaning });
/** An image whose default is its example too: one literal, which is the one that Renovate updates (renovate.json). */
const imageKey = (image: string, meaning: string, rule = imageReference) => key(rule(image), image, meaning);
const optionalKey = <T>(rule: Rule<T>, meaning: string) => ({ rule, meaning });

/** The flat keys. */
export const keys = {
  namespace: key(dnsLabel, "wordpress", "Namespace that the stack makes and owns."),
  wordpressReplicas: key(wholeNumber(1, maxReplicas, 3), "1", "Number of WordPress pods."),
  wordpressImage: imageKey("wordpress:6.5-apache", "Image of WordPress with Apache."),
  wordpressStorage: key(storageSize("1Gi"), "1Gi", "Size of each pod's claim, or of the shared one. It may only grow."),
  wordpressNodePort: key(wholeNumber(30000, 32767, 30007), "30007", "Port of every node at which the site answers."),
  mariadbImage: imageKey("mariadb:10.11", "Image of MariaDB."),
  mariadbStorage: key(
    storageSize(),
    "1Gi",
    "Size of the database's claim. It may only grow. With the engine `replicated` at least 300Mi, the least of XFS.",
  ),
  dataRetention: key(
    oneOf("delete", "retain"),
    "delete",
    "What `pulumi destroy` does with claims, and with the namespace, Secrets and passwords that open them.",
  ),
  keyRotation: key(anyText("2026-11"), "1", "A new value makes new keys: everybody is logged out."),
  databasePasswordRotation: key(
    anyText("2026-11"),
    "1",
    "A new value makes another password of the database, and another user to have it: no request fails meanwhile.",
  ),
  egress: key(
    egressRule,
    "open",
    "Where WordPress and its jobs may connect to, besides DNS and each other: `open`, ports 80 and 443 anywhere, for updates; or CIDRs.",
  ),
  trustedProxies: optionalKey(
    proxyRanges,
    "CIDRs of the proxies in front of the site whose forwarded headers (address, scheme) are believed. Not set: the address " +
      "and scheme of the connection count, whatever a visitor sends.",
  ),
  externalTrafficPolicy: key(
    oneOf("Cluster", "Local"),
    "Cluster",
    "`Cluster`: every node answers at the NodePort, and the site sees a node's address for its visitors. `Local`: only nodes " +
      "with a pod of the front answer, and the site sees the visitors' own addresses; for page views without a cookie the " +
      "page cache's.",
  ),
  content: key(
    oneOf("shared", "perPod"),
    "shared",
    "Where WordPress's files are: `shared`, in one claim for all pods; `perPod`, in a claim of each pod's, as in the chapter.",
  ),
} as const;

/** The flat keys that say something about content that is shared, and nothing about content per pod. */
export const sharedKeys = {
  contentStorageClass: optionalKey(
    dnsSubdomain,
    "Storage class of the claim `wordpress-content`. Not set: with ReadWriteOnce the class of all claims, else with the " +
      "engine `replicated` one that the stack brings, by NFS.",
  ),
  contentAccessMode: key(
    oneOf("ReadWriteMany", "ReadWriteOnce"),
    "ReadWriteMany",
    "How pods share the claim: from all nodes, or with `ReadWriteOnce` all on one node.",
  ),
  contentMigration: key(
    oneOf("none", "merge"),
    "none",
    "`merge`, for a stack that had `perPod`: the files of all pods come along, while nobody can write.",
  ),
  siteUrl: optionalKey(
    siteAddress,
    "The site's one address. Not set: it answers on every node's address at the NodePort, and on `siteHosts`.",
  ),
  siteHosts: optionalKey(hostNames, "Names and addresses that the site has besides its nodes' addresses."),
  siteTitle: key(plainText(200, "My Shop"), "WordPress", "Title that the site is installed with."),
  adminUser: key(
    matching("a login: 1 to 60 of a-z, A-Z, 0-9, space, _ . - @", "admin", /^[\w.@-]([\w .@-]*[\w.@-])?$/, 60),
    "admin",
    "Login that the site is installed with.",
  ),
  adminEmail: key(
    matching("an e-mail address", "admin@example.com", /^[\w.+-]+@[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, 100),
    "admin@example.com",
    "Address of the administrator that the site is installed with.",
  ),
  pluginRepository: key(
    webAddress("https://downloads.example.com"),
    "https://downloads.wordpress.org",
    "Where `plugins` and `themes` come from: PATH/plugin/SLUG.VERSION.zip and PATH/theme/SLUG.VERSION.zip.",
  ),
  fileModifications: key(trueOrFalse, "true", "Whether the dashboard may install and edit plugins and themes."),
  uploadLimit: key(quantityWithin("1Mi", "2Gi", "64Mi"), "64Mi", "Largest file that can be uploaded."),
  phpMemory: key(quantityWithin("64Mi", "2Gi", "256Mi"), "256Mi", "Memory that one request may take."),
} as const;

/** The keys inside the object `pageCache`. */
export const pageCacheKeys = {
  enabled: key(trueOrFalse, "true", "Whether nginx keeps pages for anonymous visitors."),
  seconds: key(
    wholeNumber(1, 3600, 5),
    "5",
    "Seconds for which a page is kept. A change by a logged-in user or a job invalidates all pages at once, one by a visitor within five minutes.",
  ),
  image: imageKey(
    "nginx:1.30",
    "Image of nginx 1.27.3 or newer with njs 0.8.1 or newer. Checked by the tag where that is a version, not for `stable` or a digest alone.",
    imageSince("nginx", [1, 27, 3]),
  ),
} as const;

/** The keys inside the object `objectCache`. */
export const objectCacheKeys = {
  enabled: key(
    trueOrFalse,
    "false",
    "Whether Valkey keeps what WordPress asks its database for again and again. It needs `redis-cache` in `plugins`.",
  ),
  image: imageKey("valkey/valkey:8.1", "Image of Valkey, or of Redis 7 or newer."),
  memory: key(
    quantityWithin("16Mi", "16Gi", "128Mi"),
    "64Mi",
    "Memory for what it keeps; what nobody asked for longest goes.",
  ),
} as const;

/** The keys of each entry of `plugins` and of `themes`, but for `active`, whose default differs. */
export const extensionKeys = {
  slug: optionalKey(
    matching(
      "the name of its folder: 1 to 64 of a-z, 0-9 and -",
      "classic-editor",
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
      64,
    ),
    "Name of its folder.",
  ),
  version: optionalKey(
    matching("a version: 1 to 32 of a-z, A-Z, 0-9, . and -", "1.6.7", /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 32),
    "Version, as the archive's name has it.",
  ),
  sha256: optionalKey(
    matching("64 hexadecimal digits in lower case, as sha256sum prints them", "0".repeat(64), /^[0-9a-f]{64}$/, 64),
    "Checksum of the archive.",
  ),
} as const;

/** The keys inside the object `storage`, but for its `pools`. */
export const storageKeys = {
  engine: key(
    oneOf("existing", "hostpath", "replicated"),
    "existing",
    "Who provides storage: `existing`, a storage class that the cluster has; `hostpath`, OpenEBS with folders of the " +
      "nodes; `replicated`, OpenEBS with a DiskPool on each node.",
  ),
  className: optionalKey(
    dnsSubdomain,
    "With `existing`: the storage class of all claims. Not set: the cluster's default class.",
  ),
  replicas: optionalKey(
    { ...wholeNumber(1, 1000, 3), allowed: "a whole number from 1 to the number of storage.pools" },
    "With `replicated`: on how many pools a volume's data is. Not set: the smaller of 3 and the number of pools.",
  ),
  logging: key(
    trueOrFalse,
    "false",
    "With `replicated`: OpenEBS's own logging, by Loki, with a storage class of its own.",
  ),
  chartVersion: key(chartVersion, "4.4.0", "Version of OpenEBS's chart."),
  chartRepository: key(
    webAddress("https://charts.example.com/openebs"),
    "https://openebs.github.io/openebs",
    "Where OpenEBS's chart comes from.",
  ),
  nfsChartRepository: key(
    webAddress("https://charts.example.com/csi-driver-nfs"),
    "https://kubernetes-csi.github.io/csi-driver-nfs",
    "With `replicated` and shared content: where the chart of csi-driver-nfs comes from.",
  ),
  imageRegistry: optionalKey(
    imageRegistry,
    "Where all images of OpenEBS and of NFS come from. Not set: where the charts have each of them from.",
  ),
} as const;

/** The keys of each entry of `storage.pools`. */
export const poolKeys = {
  node: optionalKey(dnsSubdomain, "Node that the pool is on; the pool is named `pool-NODE`."),
  disk: optionalKey(diskUri, "The disk, all of which the pool takes."),
  replace: key(
    trueOrFalse,
    "false",
    "Lets a changed disk make the pool anew, **without the data on it**; else such a change is refused.",
  ),
} as const;

/** The keys of `nodeSsh`, but for its `hosts`. */
export const nodeSshKeys = {
  user: key(
    matching("the name of a user", "root", /^[a-z_][a-z0-9_-]*$/, 32),
    "root",
    "User on the nodes: root, or one that sudo asks for no password.",
  ),
  port: key(wholeNumber(1, 65535, 22), "22", "Port of the nodes' SSH servers."),
} as const;

/** The keys of each entry of `nodeSsh.hosts`. */
export const nodeSshHostKeys = {
  host: optionalKey(
    matching("a host name or an IP address", "192.0.2.10", /^[a-zA-Z0-9]([a-zA-Z0-9.:-]*[a-zA-Z0-9])?$/, 253),
    "Where the SSH server of the node is, which may be one without a pool.",
  ),
  hostKey: optionalKey(
    matching(
      "the server's public key, ssh-ed25519 or ecdsa-sha2-…, as ssh-keyscan prints it after the host",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…",
      // No RSA: the command plugin asks for such a key by the name ssh-rsa, which OpenSSH since 8.8 no longer answers to.
      /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,}={0,2}( [\w.@:+-]*)?$/,
      1000,
    ),
    "The server's public key: a node that shows another one is not prepared.",
  ),
} as const;

/** What is read of the provider's own configuration; any other of its keys would be ignored in silence. */
export const clusterKeys = ["kubeconfig", "context", "upsertExistingObjects"] as const;
