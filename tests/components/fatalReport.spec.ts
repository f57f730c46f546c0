import * as assert from "node:assert/strict";
import type { Pod } from "../../components/cluster/objects";
import { fatalError } from "../../components/site/fatalReport";
import { SmallKubectl } from "../support/smallKubectl";

function pod(name: string, app: string, ready: string, namespace = "site"): Pod {
  return {
    metadata: { name, namespace, uid: `${namespace}-${name}`, labels: { app } },
    status: { conditions: [{ type: "Ready", status: ready }] },
  };
}
const pods = [
  pod("wp-0", "wordpress", "True", "wordpress"),
  pod("cache-1", "wordpress-cache", "True"),
  pod("wp-1", "wordpress", "False"),
  pod("wp-2", "wordpress", "True"),
];

/** A kubectl whose command in a pod ends as told. */
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
const noAnswer = () => {
  throw new Error("no");
};

describe("the report of a fatal error", () => {
  it("comes from one ready pod of the site, whose command ends in bounded time", async () => {
    const client = kubectl(() => Promise.resolve("plugin broken: wp-content/plugins/broken/b.php:4: no\n"));
    assert.equal(await fatalError(client, "site"), "plugin broken: wp-content/plugins/broken/b.php:4: no");
    assert.deepEqual(
      client.calls.map((args) => args.join(" ")),
      ["exec --namespace site wp-2 --container=wordpress -- timeout 20 php /etc/wordpress/fatal.php"],
    );
  });

  it("is none where WordPress ends well, no pod is ready, or the cluster does not answer", async () => {
    assert.equal(
      await fatalError(
        kubectl(() => Promise.resolve("")),
        "site",
      ),
      undefined,
    );
    assert.equal(
      await fatalError(
        kubectl(() => Promise.resolve("x"), []),
        "site",
      ),
      undefined,
    );
    assert.equal(
      await fatalError(
        kubectl(() => Promise.reject(new Error("no"))),
        "site",
      ),
      undefined,
    );
    assert.equal(
      await fatalError(
        kubectl(() => Promise.resolve("x"), noAnswer),
        "site",
      ),
      undefined,
    );
  });

  it("is given up where the pod does not answer in time", async () => {
    assert.equal(
      await fatalError(
        kubectl(() => new Promise(() => undefined)),
        "site",
        0.05,
      ),
      undefined,
    );
  });
});
