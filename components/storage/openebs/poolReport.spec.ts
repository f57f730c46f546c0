import * as assert from "node:assert/strict";
import type { DiskPool } from "../../kubernetes/objects";
import { poolState, readPool } from "./poolReport";
import { SmallKubectl } from "../../../tests/support/smallKubectl";

describe("state of a DiskPool", () => {
  const pool = (status?: DiskPool["status"]): DiskPool => ({
    metadata: { name: "pool-k0", uid: "1" },
    spec: { node: "k0", disks: ["/dev/disk/by-id/x"] },
    ...(status ? { status } : {}),
  });

  it("is its status, or the lack of one", () => {
    assert.equal(
      poolState(pool({ cr_state: "Created", pool_status: "Faulted" })),
      "Created, Faulted (node k0, disk /dev/disk/by-id/x)",
    );
    assert.equal(
      poolState(pool()),
      "OpenEBS's operator has not reported a status yet (node k0, disk /dev/disk/by-id/x)",
    );
    assert.equal(poolState(undefined), "it does not exist in the cluster");
  });

  it("is read from the pool of that name in OpenEBS's namespace", async () => {
    const named = (name: string, namespace: string) => ({
      ...pool(),
      metadata: { name, namespace, uid: `${namespace}-${name}` },
    });
    const pools = [
      ...[named("pool-k0", "wordpress"), named("pool-k00", "openebs"), named("pool-k0", "openebs")],
      named("pool-k1", "wordpress"),
    ];
    const kubectl = new SmallKubectl({ "diskpools.openebs.io": pools });
    assert.deepEqual(await readPool(kubectl, "pool-k0"), named("pool-k0", "openebs"));
    assert.equal(await readPool(kubectl, "pool-k1"), undefined);
  });
});
