import { siteConfig } from "./siteConfig";

/** The database of a pod of the site. */
export const database = {
  host: "mariadb",
  configMap: { name: "mariadb", database: "database" },
  secret: { name: "mariadb", username: "username", password: "password" },
};

/** Arguments of a pod of a site with shared content, and of a pod that mounts its claim. */
export const sharedPod = {
  config: { ...siteConfig, wordpressImage: "wordpress:x" },
  image: "wordpress:x",
  accessMode: "ReadWriteMany",
  saltsSecret: "keys",
  database,
  objectCache: undefined,
} as const;
