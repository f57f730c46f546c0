/** The database of a pod of the site. */
export const database = {
  host: "mariadb",
  configMap: { name: "mariadb", database: "database" },
  secret: { name: "mariadb", username: "username", password: "password" },
};

/** Arguments of a pod of a site with shared content. */
export const sharedPod = {
  image: "wordpress:x",
  saltsSecret: "keys",
  database,
  accessMode: "ReadWriteMany",
  phpMemory: "256Mi",
  objectCache: undefined,
} as const;
