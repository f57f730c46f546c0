import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { failure } from "../support/failure";
import { operations } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";

/** The stack and a storage class that it uses, which is replaced when its parameter changes. */
const program = (copies: number) => `
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import { loadConfig } from "./stacks/config/load";
import { deploy } from "./stacks/wordpress";

new StorageClass("class", {
  metadata: { name: "fixed" },
  provisioner: "example.com/disks",
  parameters: { copies: "${copies}" },
});
export const { url } = deploy({ ...loadConfig(), storage: { engine: "existing", className: "fixed" } }).outputs;
`;

describe("storage class in use", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  const useClass = (copies: number) => fs.writeFileSync(path.join(site.project.folder, "index.ts"), program(copies));

  before(async () => {
    site = await RecordedSite.start();
    useClass(1);
    await site.up();
  });
  after(() => site.stop());

  it("is replaced without its StatefulSets when its parameter changes", async () => {
    useClass(3);
    await site.up();
    assert.deepStrictEqual(operations(site.calls), ["create StorageClass/fixed", "delete StorageClass/fixed"]);
  });

  it("makes up refuse a growth before any change if it does not expand claims", async () => {
    assert.match(
      await failure(site.up({ mariadbStorage: "2Gi" })),
      /mariadbStorage: "2Gi" .*data-mariadb-0 has 1Gi, and .*"fixed" does not expand claims/,
    );
    assert.deepStrictEqual(operations(site.calls), ["update Command/preflight-check"]);
    assert.strictEqual(site.cluster.claimSizes["data-mariadb-0"], "1Gi");
  });
});
