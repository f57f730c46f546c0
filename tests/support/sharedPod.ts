/** Where a pod of the site finds its database. */
export const database = {
  host: "mariadb",
  configMap: { name: "mariadb", database: "database" },
  secret: { name: "mariadb", username: "username", password: "password" },
};

/** What a pod of a site with shared content is made of. */
export const sharedPod = {
  image: "wordpress:x",
  saltsSecret: "keys",
  database,
  accessMode: "ReadWriteMany",
  phpMemory: "256Mi",
  objectCache: undefined,
} as const;
