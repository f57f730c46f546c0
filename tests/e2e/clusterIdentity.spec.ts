import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { ports } from "../../lab/cluster/layout";
import { failure } from "../support/failure";
import { recordFault } from "../support/reliability";
import { assertDestroyed } from "./support/convergence";
import { owner } from "./support/tutorial";
import { Visitor } from "./support/http";
import { writeKubeconfig } from "./support/labKubeconfig";
import { LabSite } from "./support/labSite";
import { wordPressCode } from "./support/sharedSite";

const namespace = "identity";
const annotation = "wordpress/instance";

describe("identity of the stack's cluster", function () {
  this.timeout(10 * 60_000);
  let site: LabSite;

  before(async () => {
    site = await LabSite.start({ namespace, nodePort: 30147 });
  });
  after(() => site?.stop());

  const upBy = async (host: string) => {
    const file = site.project.inFolder(".kubeconfig");
    writeKubeconfig(file, { server: `https://${host}:${ports.api}` });
    await site.project.configureSecret("kubernetes:kubeconfig", fs.readFileSync(file, "utf8"));
    fs.rmSync(file);
    return site.project.up();
  };
  /** UIDs of the objects in the namespace that store data or serve visitors. */
  const identities = async () => {
    const text = await site.cluster.kubectl(
      ...["get", "statefulsets,secrets,services,persistentvolumeclaims", "--namespace", namespace],
      '--output=jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid}{"\\n"}{end}',
    );
    assert.match(text, /StatefulSet\/mariadb /);
    return text;
  };

  it("lets the stack keep its objects and data when the cluster's address changes", async () => {
    await upBy("127.0.0.1");
    const visitor = new Visitor(site.address);
    await visitor.install(owner.user, owner.password);
    const post =
      "['post_title' => 'Written before', 'post_content' => 'by the first address', 'post_status' => 'publish']";
    const id = (await site.inPod("wordpress-0", "php", "-r", wordPressCode(`echo wp_insert_post(${post});`))).trim();
    const before = await identities();
    const { changes } = await upBy("localhost");
    assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.equal(await identities(), before);
    assert.match((await visitor.get(`/?p=${id}`)).body, /Written before[^]*by the first address/);
    recordFault({
      fault: "the same cluster by another address in the kubeconfig",
      holds: "up replaces and deletes nothing; no data is lost",
      measured: `${changes.same} resources unchanged, ${changes.update} updated`,
    });
  });

  it("stops a destroy in a namespace with another stack's site", async () => {
    const instance = async () =>
      site.cluster.kubectl(
        "get",
        "namespace",
        namespace,
        "--output=jsonpath={.metadata.annotations.wordpress/instance}",
      );
    const mark = (value: string) =>
      site.cluster.kubectl("annotate", "namespace", namespace, `${annotation}=${value}`, "--overwrite");
    const own = (await instance()).trim();
    const before = await identities();
    await mark("another1");
    const output = await failure(site.project.destroy());
    assert.match(output, /Nothing was deleted\..* the namespace identity is not this stack's/s);
    assert.equal(await identities(), before);
    await mark(own);
    recordFault({
      fault: "pulumi destroy where the namespace is another stack's",
      holds: "nothing is deleted; the message names the namespace and its cluster",
      measured: "0 objects deleted",
    });
  });

  it("allows a destroy in the stack's own namespace", async () => {
    await site.project.destroy();
    await assertDestroyed(site);
  });
});
