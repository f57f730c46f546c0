import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../stacks/settings";

/** The default configuration, with content per pod. */
export const defaults = {
  cluster: { kubeconfig: undefined, context: undefined, upsertExistingObjects: false },
  namespace: "wordpress",
  wordpressReplicas: 1,
  wordpressImage: "wordpress:6.5-apache",
  wordpressStorage: "1Gi",
  wordpressNodePort: 30007,
  mariadbImage: "mariadb:10.11",
  mariadbStorage: "1Gi",
  dataRetention: "delete",
  keyRotation: "1",
  databasePasswordRotation: "1",
  egress: "open",
  trustedProxies: undefined,
  externalTrafficPolicy: "Cluster",
  content: { content: "perPod" },
  storage: { engine: "existing", className: undefined },
  nodeSsh: undefined,
};

/**
 * Loads a configuration with these keys, by default with content per pod. Keys without a namespace are the project's own.
 * @param secrets keys that are secrets in the stack file
 */
export function load(given: Record<string, string>, secrets: readonly string[] = []) {
  const config = { content: "perPod", ...given };
  const full = (name: string) => (name.includes(":") ? name : `wordpress:${name}`);
  const all = Object.entries(config).map(([name, value]) => [full(name), value] as const);
  pulumi.runtime.setAllConfig(Object.fromEntries(all), secrets.map(full));
  return loadSettings();
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

/** Returns the only finding about a configuration with one error. */
export function finding(config: Record<string, string>, secrets?: readonly string[]): string {
  const [head, ...findings] = refusal(config, secrets).split("\n  - ");
  assert.equal(head, "One setting to be mended; nothing was changed:");
  assert.equal(findings.length, 1);
  return findings[0] ?? "";
}
