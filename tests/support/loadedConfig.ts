import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "../../stacks/config/load";
import type { ConfigValues } from "../../stacks/config/tree";

/** The default configuration, with content per pod. */
export const defaults = {
  "kubernetes:context": undefined,
  "kubernetes:kubeconfig": undefined,
  "kubernetes:upsertExistingObjects": false,
  namespace: "wordpress",
  wordpressReplicas: 1,
  wordpressImage: "wordpress:7.1-php8.4-apache",
  wordpressStorage: "1Gi",
  wordpressNodePort: 30007,
  mariadbImage: "mariadb:10.11",
  mariadbStorage: "1Gi",
  mariadbUpgrade: "none",
  dataRetention: "delete",
  keyRotation: "1",
  databasePasswordRotation: "1",
  egress: "open",
  trustedProxies: [],
  externalTrafficPolicy: "Cluster",
  content: "perPod",
  contentStorageClass: undefined,
  contentAccessMode: "ReadWriteMany",
  contentMigration: "none",
  siteUrl: undefined,
  siteHosts: [],
  siteTitle: "WordPress",
  adminUser: "admin",
  adminEmail: "admin@example.com",
  adminPassword: undefined,
  pluginRepository: "https://downloads.wordpress.org",
  fileModifications: true,
  uploadLimit: "64Mi",
  phpMemory: "256Mi",
  plugins: [],
  themes: [],
  pageCache: { enabled: true, image: "nginx:1.30", seconds: 5 },
  objectCache: { enabled: false, image: "valkey/valkey:8.1", memory: "64Mi" },
  storage: {
    engine: "existing",
    className: undefined,
    replicas: undefined,
    logging: false,
    chartVersion: "4.4.0",
    chartRepository: "https://openebs.github.io/openebs",
    imageRegistry: undefined,
    pools: [],
    nfsChartRepository: "https://kubernetes-csi.github.io/csi-driver-nfs",
  },
  nodeSsh: undefined,
  nodeSshPrivateKey: undefined,
};

/**
 * Configuration of a stack that has these keys, and content per pod unless they say otherwise; keys without a namespace
 * are the project's own.
 * @param secrets those that are secrets in the stack file
 */
export function load(given: Record<string, string>, secrets: readonly string[] = []) {
  const config = { content: "perPod", ...given };
  const full = (name: string) => (name.includes(":") ? name : `wordpress:${name}`);
  const all = Object.entries(config).map(([name, value]) => [full(name), value] as const);
  pulumi.runtime.setAllConfig(Object.fromEntries(all), secrets.map(full));
  return loadConfig();
}

/** The values of the configuration that {@link load} returns. */
export function loadValues(given: Record<string, string>): ConfigValues {
  const { isSet, ...values } = load(given);
  assert.ok(Object.keys(given).every(isSet), "a given key counts as unset");
  return values;
}

/** Returns the message with which a configuration is refused. */
export function refusal(config: Record<string, string>, secrets?: readonly string[]): string {
  try {
    load(config, secrets);
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError, "a RunError is shown without a stack trace");
    return error.message;
  }
  return assert.fail(`${JSON.stringify(config)} was accepted`);
}

/** Returns the only error of a configuration that has one. */
export function errorOf(config: Record<string, string>, secrets?: readonly string[]): string {
  const [head, ...errors] = refusal(config, secrets).split("\n  - ");
  assert.equal(head, "Invalid configuration (1 error); nothing was changed:");
  assert.equal(errors.length, 1);
  return errors[0] ?? "";
}
