import type { SiteSettings } from "../../components/wordpress/siteFiles";

/** What a site with shared content is told where its stack says nothing. */
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

/** What a stack says that has an object cache. */
export const withObjectCache: Readonly<Record<string, string>> = {
  objectCache: '{"enabled":true}',
  plugins: JSON.stringify([{ slug: "redis-cache", version: "2.6.3", sha256: "0".repeat(64), active: false }]),
};
