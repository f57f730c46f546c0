import * as assert from "node:assert/strict";
import { lastWords } from "../../components/cluster/lastWords";
import type { ContainerStatus, Pod } from "../../components/cluster/objects";

const container = (name: string, restartCount = 0): ContainerStatus => {
  return { name, image: "mariadb:x", ready: false, restartCount };
};
const pod = (name: string, status: Pod["status"]): Pod => ({ metadata: { name, uid: name }, status });

/** A kubectl that answers with which log was asked for, and fails where told to. */
const kubectl = {
  run: ([, , namespace, podName, , name, ...flags]: readonly string[]) =>
    name === "gone"
      ? Promise.reject(new Error("the server has no log of it"))
      : Promise.resolve([namespace, podName, name, ...flags].join(" ")),
};
const words = async (...pods: Pod[]) => (await lastWords(kubectl, "site", pods)).split("\n");

describe("last words of a workload that failed", () => {
  it("begin with the container before, where one was just started again: it says why it ended", async () => {
    const restarted = pod("mariadb-0", { containerStatuses: [container("mariadb", 3)] });
    assert.deepEqual(await words(restarted), [
      "site mariadb-0 mariadb --tail=60 --previous",
      "site mariadb-0 mariadb --tail=60",
    ]);
  });

  it("are of every container, in the order in which they run", async () => {
    const statuses = { initContainerStatuses: [container("core")], containerStatuses: [container("wordpress")] };
    assert.deepEqual(await words(pod("a", statuses)), ["site a core --tail=60", "site a wordpress --tail=60"]);
  });

  it("are not of a pod that is well, or that has done its work", async () => {
    const containerStatuses = [container("wordpress")];
    const ready = pod("a", { containerStatuses, conditions: [{ type: "Ready", status: "True" }] });
    assert.deepEqual(await words(ready, pod("b", { containerStatuses, phase: "Succeeded" })), [""]);
  });

  it("leave out a log that cannot be had", async () => {
    assert.deepEqual(await words(pod("a", { containerStatuses: [container("gone"), container("wordpress")] })), [
      "",
      "site a wordpress --tail=60",
    ]);
  });

  it("are of a few pods, however many fail", async () => {
    const pods = Array.from({ length: 100 }, (_, index) => pod(`w-${index}`, { containerStatuses: [container("w")] }));
    assert.equal((await words(...pods)).length, 5);
  });
});
