import * as assert from "node:assert/strict";
import { databaseWorkload } from "../mariadb/workload";
import { objectCacheWorkload } from "../objectCache/workload";
import { pageCacheWorkload } from "../pageCache/workload";
import { siteWorkload } from "../wordpress/workload";
import { relevantLogLines, workloadRemedies } from "./remedies";

const namespace = "blog";
const workloads: Readonly<Record<string, () => Parameters<typeof workloadRemedies>[0]>> = {
  mariadb: () => databaseWorkload(namespace),
  wordpress: () => siteWorkload(namespace, "Deployment"),
  "wordpress-fill": () => siteWorkload(namespace, "Job", "wordpress-fill"),
  "wordpress-install": () => siteWorkload(namespace, "Job", "wordpress-install"),
  "wordpress-cache": () => pageCacheWorkload(namespace),
  "wordpress-object-cache": () => objectCacheWorkload(namespace),
};

describe("remedies", () => {
  const cases: readonly (readonly [app: string, line: string, remedy: RegExp])[] = [
    [
      "mariadb",
      'mariadbd: Error writing file (Errcode: 28 "No space left on device")',
      /pulumi config set mariadbStorage SIZE/,
    ],
    [
      "mariadb",
      "[ERROR] InnoDB: preallocating 12582912 bytes for file ./ibdata1 failed with error 28",
      /its volume is full.*pulumi config set mariadbStorage SIZE/,
    ],
    [
      "wordpress-fill",
      "tar: ./themes: Cannot write: No space left on device",
      /pulumi config set wordpressStorage SIZE/,
    ],
    [
      "wordpress-install",
      "WordPress database error Got error 28 from storage engine",
      /^the database's volume is full: .*pulumi config set mariadbStorage SIZE\)$/,
    ],
    ["wordpress-install", "The table 'wp_options' is full", /database's volume.*mariadbStorage/],
    ["mariadb", 'pod mariadb-0 cannot pull the image "x" (ErrImagePull): none', /pulumi config set mariadbImage NAME/],
    [
      "wordpress-install",
      "The site's tables are of a newer WordPress (db_version 61833) than the image's 6.5.5 (db_version 57155)",
      /no pod was replaced.*go back to the previous image.*pulumi config set wordpressImage NAME/,
    ],
    ["wordpress", 'pod a cannot pull the image "x" (ErrImagePull): none', /pulumi config set wordpressImage NAME/],
    ["wordpress", "Deployment wordpress lacks pods: forbidden: exceeded quota: memory", /kubectl get resourcequota/],
    [
      "wordpress",
      "pod a has no node: 0/3 nodes are available: 3 Insufficient memory.",
      /pulumi config set wordpressReplicas N$/,
    ],
    [
      "wordpress",
      "pod a container wordpress ran out of memory and was restarted once",
      /pulumi config set phpMemory SIZE$/,
    ],
    ...(
      [
        ["wordpress-cache", "pageCache"],
        ["wordpress-object-cache", "objectCache"],
      ] as const
    ).flatMap(([app, key]): (typeof cases)[number][] => [
      [app, 'pod a cannot pull the image "x" (ErrImagePull): none', new RegExp(`config set --path ${key}.image NAME$`)],
      [app, "write failed: No space left on device", /pulumi config set wordpressStorage SIZE/],
    ]),
    [
      "mariadb",
      "pod mariadb-0 on node k1 is not ready; the cluster says: MountVolume.MountDevice failed: driver name io.openebs.csi-mayastor " +
        "not found in the list of registered CSI drivers",
      /csi-node does not run on k1: .* On each of these nodes: echo nvme-tcp .* && sudo modprobe nvme-tcp$/,
    ],
  ];
  for (const [app, line, expected] of cases) {
    it(`tell what to do when ${app} has: ${line}`, () => {
      const [first = "", ...others] = workloadRemedies(workloads[app]?.() ?? {}, ["something else", line], ["k1"]);
      assert.match(first, expected);
      assert.deepEqual(others, []);
    });
  }

  it("tell how to recover a database whose first start was interrupted", () => {
    const [first] = workloadRemedies(
      databaseWorkload(namespace),
      ["[ERROR] InnoDB: File ./ib_logfile0 was not found"],
      [],
    );
    assert.match(
      first ?? "",
      /volume is full \(pulumi config set mariadbStorage SIZE\).*If this site never worked.*docs\/how-to\/recover-an-interrupted/,
    );
  });

  it("select the log lines of a known cause, else the errors, else the last lines, each once", () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    assert.deepEqual(relevantLogLines(lines.join("\n")), lines.slice(-10));
    const log = [...lines, "tar: Cannot mkdir: No space left", ...lines, "tar: Cannot mkdir: No space left", "bye"];
    assert.deepEqual(relevantLogLines(log.join("\n")), ["tar: Cannot mkdir: No space left"]);
    assert.deepEqual(
      relevantLogLines("tar: Cannot open: No such file\ntar: No space left on device\ntar: Exiting with failure"),
      ["tar: No space left on device"],
    );
    assert.deepEqual(relevantLogLines("  at line 1  \r\n  at line 1\n   \n"), ["  at line 1"]);
    assert.deepEqual(relevantLogLines(""), []);
  });

  it("appear once for each cause, and are empty for an unknown one", () => {
    const full = "No space left on device";
    assert.equal(workloadRemedies(databaseWorkload(namespace), [full, full], []).length, 1);
    assert.deepEqual(workloadRemedies(databaseWorkload(namespace), ["pod mariadb-0 is not ready"], []), []);
  });
});
