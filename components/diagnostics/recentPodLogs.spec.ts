import * as assert from "node:assert/strict";
import { KubectlError } from "../kubectl/client";
import { recentPodLogs } from "./recentPodLogs";
import type { ContainerStatus, Pod } from "../kubernetes/objects";
import type { KubectlCall } from "../../tests/engine/support/kubectlCall";
import { SmallKubectl } from "../../tests/support/smallKubectl";

const container = (name: string, restartCount = 0): ContainerStatus => {
  return { name, image: "mariadb:x", ready: false, restartCount };
};
const pod = (name: string, status: Pod["status"], namespace = "site"): Pod => ({
  metadata: { name, namespace, uid: `${namespace}-${name}` },
  status,
});

/** Imitates `kubectl logs`, also with `--previous`. @throws KubectlError if the pod has no such log */
function log(pods: readonly Pod[], { verb, words: [name = ""], flags }: KubectlCall): string {
  if (verb !== "logs") throw new Error(`unexpected verb: ${verb}`);
  const found = pods.find(({ metadata }) => metadata.name === name && metadata.namespace === flags.namespace);
  const { initContainerStatuses = [], containerStatuses = [] } = found?.status ?? {};
  const status = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === flags.container);
  if (!status || status.name === "gone") throw new KubectlError(`no log of ${flags.namespace}/${name}`);
  if ("previous" in flags && status.restartCount === 0)
    throw new KubectlError("previous terminated container not found");
  const which = "previous" in flags ? "previous log" : "log";
  return `${which} of ${flags.namespace}/${name} ${flags.container}, ${flags.tail} lines`;
}

/** The recent logs of these pods, beside a site with pods of the same names in the default namespace. */
async function logLines(...pods: Pod[]): Promise<string[]> {
  const others = pods.map(({ metadata, status }) => pod(metadata.name, status, "wordpress"));
  const kubectl = new SmallKubectl({}, { answer: (call) => log([...others, ...pods], call) });
  return (await recentPodLogs(kubectl, "site", pods)).split("\n");
}

describe("recent pod logs", () => {
  it("put the previous log of a restarted container before its current one", async () => {
    assert.deepEqual(await logLines(pod("mariadb-0", { containerStatuses: [container("mariadb", 3)] })), [
      "previous log of site/mariadb-0 mariadb, 60 lines",
      "log of site/mariadb-0 mariadb, 60 lines",
    ]);
  });

  it("include every container, in the order in which they run", async () => {
    const statuses = { initContainerStatuses: [container("core")], containerStatuses: [container("wordpress")] };
    assert.deepEqual(await logLines(pod("a", statuses)), [
      "log of site/a core, 60 lines",
      "log of site/a wordpress, 60 lines",
    ]);
  });

  it("leave out pods that are ready or have succeeded", async () => {
    const containerStatuses = [container("wordpress")];
    const ready = pod("a", { containerStatuses, conditions: [{ type: "Ready", status: "True" }] });
    assert.deepEqual(await logLines(ready, pod("b", { containerStatuses, phase: "Succeeded" })), [""]);
  });

  it("leave out a log that is not available", async () => {
    assert.deepEqual(await logLines(pod("a", { containerStatuses: [container("gone"), container("wordpress")] })), [
      "",
      "log of site/a wordpress, 60 lines",
    ]);
  });

  it("are limited to five pods", async () => {
    const pods = Array.from({ length: 100 }, (_, index) => pod(`w-${index}`, { containerStatuses: [container("w")] }));
    assert.deepEqual(
      await logLines(...pods),
      [0, 1, 2, 3, 4].map((index) => `log of site/w-${index} w, 60 lines`),
    );
  });
});
