import * as assert from "node:assert/strict";
import type { Pod } from "../kubernetes/objects";
import { fatalError } from "./fatalReport";
import { SmallKubectl } from "../../tests/support/smallKubectl";

function pod(name: string, app: string, ready: string, namespace = "site"): Pod {
  return {
    metadata: { name, namespace, uid: `${namespace}-${name}`, labels: { app } },
    status: { conditions: [{ type: "Ready", status: ready }] },
  };
}
const terminating = pod("wp-3", "wordpress", "True");
const pods = [
  { ...terminating, metadata: { ...terminating.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
  pod("wp-0", "wordpress", "True", "wordpress"),
  pod("cache-1", "wordpress-cache", "True"),
  pod("wp-1", "wordpress", "False"),
  pod("wp-2", "wordpress", "True"),
];

/** A kubectl whose command in a pod has the given result. */
function kubectl(run: () => Promise<string>, found: readonly Pod[] | (() => never) = pods) {
  const calls: string[][] = [];
  const client = new SmallKubectl({ pods: found }, { answer: run });
  return {
    calls,
    list: <T>(kind: string, namespace?: string) => client.list<T>(kind, namespace),
    run: (args: readonly string[]) => {
      calls.push([...args]);
      return client.run(args);
    },
  };
}
const line = "plugin broken: wp-content/plugins/broken/b.php:4: no";

describe("report of fatal errors", () => {
  it("runs a command with a timeout in one ready pod of the site that is not terminating", async () => {
    const client = kubectl(() => Promise.resolve(`${line}\n`));
    assert.equal(await fatalError(client, "site"), line);
    assert.deepEqual(
      client.calls.map((args) => args.join(" ")),
      ["exec --namespace site wp-2 --container=wordpress -- timeout 20 php /etc/wordpress/fatal.php"],
    );
  });

  it("is empty if WordPress works", async () => {
    const client = kubectl(() => Promise.resolve(""));
    assert.equal(await fatalError(client, "site"), undefined);
  });

  it("checks another pod if the first one is deleted during the check", async () => {
    let checks = 0;
    const client = kubectl(() => (checks++ === 0 ? Promise.reject(new Error("exit code 137")) : Promise.resolve(line)));
    assert.equal(await fatalError(client, "site"), line);
  });

  for (const { title, client, reason } of [
    {
      title: "no pod is ready",
      client: kubectl(
        () => Promise.resolve(line),
        pods.filter(({ metadata }) => metadata.name !== "wp-2"),
      ),
      reason: /^no pod of the site is ready$/,
    },
    { title: "the command fails", client: kubectl(() => Promise.reject(new Error("no exec"))), reason: /^no exec$/ },
    {
      title: "the cluster does not answer",
      client: kubectl(
        () => Promise.resolve(line),
        () => {
          throw new Error("no cluster");
        },
      ),
      reason: /^no cluster$/,
    },
    {
      title: "the pod does not answer in time",
      client: kubectl(() => new Promise(() => undefined)),
      reason: /^no pod answered in time$/,
    },
  ]) {
    it(`fails with the reason if ${title}`, async () => {
      await assert.rejects(fatalError(client, "site", 0.05), ({ message }: Error) => reason.test(message));
    });
  }
});
