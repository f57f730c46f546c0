import type { SiteSettings } from "../../components/site/siteFiles";

/** What a site with shared content is told where its stack says nothing. */
export const siteSettings: SiteSettings = {
  siteUrl: undefined,
  siteHosts: [],
  nodePort: 30007,
  fileModifications: true,
  uploadLimit: "64Mi",
  phpMemory: "256Mi",
  hasPageCache: false,
};
