import type { NamespaceConfig } from "../kubernetes/keys";
import type { objectCacheKeys } from "../objectCache/keys";
import type { pageCacheKeys } from "../pageCache/keys";
import type { ClaimsConfig } from "../storage/claims/keys";
import { type Check, imageKey, key, list, type Values } from "../../stacks/config/keys";
import { configSet } from "../../stacks/config/commands";
import {
  anyText,
  egressRule,
  hostNames,
  matching,
  oneOf,
  password,
  plainText,
  proxyRanges,
  quantityWithin,
  siteAddress,
  trueOrFalse,
  webAddress,
  wholeNumber,
} from "../../stacks/config/rules";
import { maxReplicas } from "./apache";
import type { contentKeys } from "./content/keys";

/** Configuration keys of the pods and of connections to and from them. */
export const podKeys = {
  wordpressReplicas: key(wholeNumber(1, maxReplicas, 3), {
    default: "1",
    description: "Number of WordPress pods. The page cache has as many nginx pods, at most 3.",
    onChange: "Adds or removes pods.",
  }),
  wordpressImage: imageKey("wordpress:7.1-php8.4-apache", {
    description: "Image of WordPress with Apache.",
    onChange:
      "Upgrades WordPress's tables, then rolls the pods; an older core is refused. With `content: perPod` it rolls the pods " +
      "only, and core stays as it is on each claim.",
  }),
  wordpressNodePort: key(wholeNumber(30000, 32767, 30007), {
    default: "30007",
    description: "Port of the site on every node.",
    onChange: "Moves the site to the new port. Rolls the pods, except with `content: perPod`.",
  }),
  externalTrafficPolicy: key(oneOf("Cluster", "Local"), {
    default: "Cluster",
    description:
      "`Cluster`: every node serves the NodePort, and the site sees a node's address as its visitors' address. `Local`: only " +
      "nodes with a pod of the page cache (without it: of the site) serve it, and the site sees the visitors' own addresses. " +
      "For page views without a cookie it sees the page cache's address.",
    onChange: "Updates the Service.",
  }),
  trustedProxies: key(proxyRanges, {
    default: "[]",
    description:
      "CIDRs of the proxies in front of the site whose forwarded headers (address, scheme) are trusted. By default, " +
      "forwarded headers are ignored, and the address and scheme of the connection are used.",
    onChange: "Rolls the site's pods and the nginx pods.",
  }),
  egress: key(egressRule, {
    default: "open",
    description:
      "Allowed destinations of WordPress and its jobs, besides DNS and each other. `open`: ports 80 and 443 anywhere, for " +
      "updates. Or a list of CIDRs.",
    onChange: "Updates the NetworkPolicies.",
  }),
  keyRotation: key(anyText("2026-11"), {
    default: "1",
    description: "Any text. Change it to rotate the salts (`WORDPRESS_AUTH_KEY` and the other seven).",
    onChange: "Creates new salts and rolls the pods. All users are logged out.",
  }),
} as const;

const shared = { content: ["shared"] };

const extensionFields = (isActive: "true" | "false") => ({
  slug: key(
    matching(
      "the name of its folder: 1 to 64 of a-z, 0-9 and -",
      "classic-editor",
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
      64,
    ),
    {
      required: true,
      description: "Name of its folder.",
      onChange: "Installs the new one, and removes the previous one.",
    },
  ),
  version: key(
    matching("a version: 1 to 32 of a-z, A-Z, 0-9, . and -", "1.6.7", /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 32),
    {
      required: true,
      description: "Version, as in the archive's name.",
      onChange: "With its `sha256`: installs the new version.",
    },
  ),
  sha256: key(
    matching("64 hexadecimal digits in lower case, as sha256sum prints them", "0".repeat(64), /^[0-9a-f]{64}$/, 64),
    {
      required: true,
      description: "Checksum of the archive. An archive with another checksum is not installed.",
      onChange: "Downloads and installs it again.",
    },
  ),
  active: key(trueOrFalse, {
    default: isActive,
    description: "Whether it is activated. At most one theme may be.",
    onChange: "Activates or deactivates it.",
  }),
});

/** Configuration keys of the site: addresses, title, administrator, plugins and themes, and limits of a request. */
export const siteKeys = {
  siteUrl: key(siteAddress, {
    appliesTo: shared,
    description:
      "Canonical URL of the site. Not set: the site is served on every node's address at the NodePort, and on `siteHosts`.",
    onChange: "Rolls the pods. Addresses in posts stay: see docs/how-to/use-your-own-domain-and-ingress.md.",
  }),
  siteHosts: key(hostNames, {
    default: "[]",
    appliesTo: shared,
    description: "Host names and IP addresses of the site besides its nodes' addresses.",
    onChange: "Rolls the pods.",
  }),
  siteTitle: key(plainText(200, "My Shop"), {
    default: "WordPress",
    appliesTo: shared,
    installOnly: true,
    description: "Title of the site.",
    onChange: "No change of the site: change it in the dashboard.",
  }),
  adminUser: key(
    matching("a login: 1 to 60 of a-z, A-Z, 0-9, space, _ . - @", "admin", /^[\w.@-]([\w .@-]*[\w.@-])?$/, 60),
    {
      default: "admin",
      appliesTo: shared,
      installOnly: true,
      description: "Login of the administrator.",
      onChange: "No change of the site, only of the output and its Secret: add users in the dashboard.",
    },
  ),
  adminEmail: key(
    matching("an e-mail address", "admin@example.com", /^[\w.+-]+@[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, 100),
    {
      default: "admin@example.com",
      appliesTo: shared,
      installOnly: true,
      description: "E-mail address of the administrator.",
      onChange: "No change of the site: change it in the dashboard.",
    },
  ),
  adminPassword: key(password(8, 200), {
    secret: true,
    appliesTo: shared,
    installOnly: true,
    description:
      "Password of the administrator. Not set: a random one, `pulumi stack output adminPassword --show-secrets`.",
    onChange: "No change of the site, only of the output and its Secret: change it in the dashboard.",
  }),
  fileModifications: key(trueOrFalse, {
    default: "true",
    appliesTo: shared,
    description: "Whether the dashboard may install and edit plugins and themes.",
    onChange: "Rolls the pods.",
  }),
  pluginRepository: key(webAddress("https://downloads.example.com"), {
    default: "https://downloads.wordpress.org",
    appliesTo: shared,
    description: "Download site of `plugins` and `themes`: URL/plugin/SLUG.VERSION.zip and URL/theme/SLUG.VERSION.zip.",
    onChange: "Installed ones stay. Later changes are downloaded from the new URL.",
  }),
  plugins: list(extensionFields("true"), {
    appliesTo: shared,
    description: "Plugins that a job of the stack installs, updates and removes. Other plugins stay.",
  }),
  themes: list(extensionFields("false"), {
    appliesTo: shared,
    description: "Themes that a job of the stack installs, updates and removes. Other themes stay.",
  }),
  uploadLimit: key(quantityWithin("1Mi", "2Gi", "64Mi"), {
    default: "64Mi",
    appliesTo: shared,
    description: "Maximum size of an uploaded file.",
    onChange: "Rolls the site's pods and the nginx pods.",
  }),
  phpMemory: key(quantityWithin("64Mi", "2Gi", "256Mi"), {
    default: "256Mi",
    appliesTo: shared,
    description: "PHP's memory limit of one request. The pods' memory limit is computed from it.",
    onChange: "Rolls the pods.",
  }),
} as const;

/** The configuration of a site: the keys of WordPress, of the caches, and of the stack. */
export type SiteConfig = Values<
  typeof podKeys & typeof contentKeys & typeof siteKeys & typeof pageCacheKeys & typeof objectCacheKeys
> &
  NamespaceConfig &
  ClaimsConfig;

/** Reports a slug that is in a list twice, and a second active theme. */
export const checkExtensions: Check<Pick<Values<typeof siteKeys>, "plugins" | "themes">> = (config, { errors }) => {
  for (const name of ["plugins", "themes"] as const) {
    config[name].forEach(({ slug, active }, index, all) => {
      const first = all.findIndex((other) => other.slug === slug);
      if (slug !== undefined && first < index) {
        const path = `${name}[${index}].slug`;
        errors.report(path, `${path}: "${slug}" is already that of ${name}[${first}]; remove one of the two`);
      }
      const firstActive = all.findIndex((other) => other.active);
      if (name === "themes" && active && firstActive < index) {
        const path = `themes[${index}].active`;
        errors.report(
          path,
          `${path}: is true, and so is themes[${firstActive}].active; a site has one active theme; example: ` +
            configSet(path, "false"),
        );
      }
    });
  }
};
