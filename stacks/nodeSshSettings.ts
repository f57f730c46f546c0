import * as pulumi from "@pulumi/pulumi";
import type { NodeSsh } from "../components/storage/openebs/nodes";
import type { StorageConfig } from "../components/storage/openebs/storage";
import { configRemove, configSet, dnsSubdomain } from "./config/rules";
import { nodeSshHostKeys, nodeSshKeys } from "./keys";
import { isSecret, readKeys, readObject, type Report, reportMissing } from "./readKeys";

const known = [...Object.keys(nodeSshKeys), "hosts"];

/** Full names of the keys inside `nodeSsh`. */
export const nodeSshNames = known.map((name) => `nodeSsh.${name}`);

/** Reads `nodeSsh` and `nodeSshPrivateKey`; what is wrong with them is reported. */
export function readNodeSsh(
  own: Readonly<Record<string, string | undefined>>,
  storage: StorageConfig,
  report: Report,
): NodeSsh | undefined {
  if (own.nodeSsh === undefined) {
    if (own.nodeSshPrivateKey !== undefined) {
      report(
        `nodeSshPrivateKey: is of no use without nodeSsh; remove it: ${configRemove("nodeSshPrivateKey")}, or say ` +
          `where the nodes are: ${configSet("nodeSsh.hosts.k0.host", "192.0.2.10")}`,
      );
    }
    return undefined;
  }
  if (storage.engine !== "replicated") {
    report(
      `nodeSsh: prepares the nodes of the engine replicated, and storage.engine is ${storage.engine}; remove it: ` +
        configRemove("nodeSsh"),
    );
    return undefined;
  }
  const object = readObject("nodeSsh", own.nodeSsh, { known, example: ["user", "root"] }, report);
  const { user, port } = readKeys(nodeSshKeys, "nodeSsh.", object, report);
  const withPool = storage.pools.map(({ node }) => node).filter((node) => node !== "");
  const example = [`${withPool[0] ?? "k0"}.host`, "192.0.2.10"] as const;
  const isKnown = (name: string) => dnsSubdomain.parse(name) !== undefined;
  const hosts = readObject("nodeSsh.hosts", object.hosts ?? "{}", { known: withPool, isKnown, example }, report);
  const nodes = [...new Set([...withPool, ...Object.keys(hosts).filter(isKnown)])];
  return {
    user,
    port,
    privateKey: readPrivateKey(own.nodeSshPrivateKey, report),
    hosts: Object.fromEntries(
      nodes.map((node) => [node, readHost(node, hosts[node], withPool.includes(node), report)] as const),
    ),
  };
}

function readHost(node: string, text: string | undefined, hasPool: boolean, report: Report): NodeSsh["hosts"][string] {
  // A dot in a node's name would part it in two.
  const name = `nodeSsh.hosts${node.includes(".") ? `["${node}"]` : `.${node}`}`;
  const options = { known: Object.keys(nodeSshHostKeys), example: ["host", "192.0.2.10"] } as const;
  const object = readObject(name, text, options, report);
  const { host = "", hostKey = "" } = readKeys(nodeSshHostKeys, `${name}.`, object, report);
  reportMissing(name, nodeSshHostKeys, object, report, hasPool ? `, and ${node} has a pool` : "");
  return { host, hostKey };
}

/** It stays secret wherever it goes. One in clear in the stack file would be in everybody's clone of it. */
function readPrivateKey(text: string | undefined, report: Report): pulumi.Output<string> {
  const example = "pulumi config set --secret nodeSshPrivateKey < ~/.ssh/id_ed25519";
  if (text === undefined) {
    report(`nodeSshPrivateKey: not set, and nodeSsh needs it; example: ${example}`);
  } else if (!isSecret("nodeSshPrivateKey")) {
    report(`nodeSshPrivateKey: is in clear in the stack file; make another key, and set it as a secret: ${example}`);
  } else if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    report(
      `nodeSshPrivateKey: is no private key; expected the text of one, as ssh-keygen makes it; example: ${example}`,
    );
  }
  return pulumi.secret(text ?? "");
}
