import type { SiteSettings } from "../../components/wordpress/siteFiles";

/** The default settings of a site with shared content. */
export const siteSettings: SiteSettings = {
  siteUrl: undefined,
  siteHosts: [],
  nodePort: 30007,
  fileModifications: true,
  uploadLimit: "64Mi",
  phpMemory: "256Mi",
  hasPageCache: false,
  hasObjectCache: false,
  trustedProxies: [],
};

/** Configuration of a stack with an object cache. */
export const withObjectCache: Readonly<Record<string, string>> = {
  objectCache: '{"enabled":true}',
  plugins: JSON.stringify([{ slug: "redis-cache", version: "2.6.3", sha256: "0".repeat(64), active: false }]),
};
