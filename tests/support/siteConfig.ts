import type { SiteConfig } from "../../components/wordpress/keys";
import { Reader } from "../../stacks/config/reader";
import { tree } from "../../stacks/config/tree";

const defaults = new Reader(() => false).read(tree, {}) as SiteConfig;

/** The default configuration of a site with shared content, without its page cache. */
export const siteConfig: SiteConfig = { ...defaults, pageCache: { ...defaults.pageCache, enabled: false } };

/** Configuration of a stack with an object cache. */
export const withObjectCache: Readonly<Record<string, string>> = {
  objectCache: '{"enabled":true}',
  plugins: JSON.stringify([{ slug: "redis-cache", version: "2.6.3", sha256: "0".repeat(64), active: false }]),
};
