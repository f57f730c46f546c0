import * as assert from "node:assert/strict";
import { kubectlCall } from "../engine/support/kubectlCall";
import { SmallCluster } from "../engine/support/smallCluster";
import { RecordingProvider } from "./recordingProvider";

describe("simulated cluster of the engine tests", () => {
  let cluster: SmallCluster;
  const kubectl = (...args: string[]) => cluster.answer(kubectlCall(args, ""));

  beforeEach(() => {
    cluster = new SmallCluster(new RecordingProvider());
    for (const namespace of ["blog", "shop"]) {
      cluster.pods.push({
        metadata: { name: "wordpress-0", namespace, uid: namespace, labels: { app: "wordpress" } },
        status: { phase: "Running" },
      });
    }
    cluster.logs["blog/wordpress-0"] = "of the blog\n";
    cluster.fatalError = "plugin field\n";
  });

  it("prints the log of a pod in the given namespace", () => {
    assert.equal(kubectl("logs", "--namespace", "blog", "wordpress-0"), "of the blog\n");
    assert.equal(kubectl("logs", "--namespace", "shop", "wordpress-0"), "");
    assert.throws(() => kubectl("logs", "wordpress-0"), /pods "wordpress-0" not found/);
  });

  it("runs a command in a pod of the given namespace", () => {
    const exec = (namespace: string, pod: string) =>
      kubectl("exec", "--namespace", namespace, pod, "--container=wordpress", "--", "timeout", "9", "php", "-r", "");
    assert.equal(exec("blog", "wordpress-0"), "plugin field\n");
    assert.throws(() => exec("other", "wordpress-0"), /pods "wordpress-0" not found/);
    assert.throws(() => exec("blog", "mariadb-0"), /pods "mariadb-0" not found/);
  });

  it("deletes pods in the given namespace by their labels", () => {
    kubectl("delete", "pods", "--selector=app=mariadb", "--namespace", "blog");
    assert.equal(cluster.pods.length, 2);
    kubectl("delete", "pods", "--selector=app=wordpress", "--namespace", "blog");
    assert.deepEqual(
      cluster.pods.map(({ metadata }) => metadata.namespace),
      ["shop"],
    );
  });

  it("refuses to delete objects of another kind in a namespace", () => {
    assert.throws(() => kubectl("delete", "job", "wordpress-copy-0", "--namespace", "blog"), /does not know/);
  });
});
