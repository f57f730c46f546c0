import * as assert from "node:assert/strict";
import { argumentsThatReplace } from "../../../../lab/plugins/kubernetes/rules";

const kubeconfig = (server: string) =>
  JSON.stringify({
    "current-context": "a",
    clusters: [{ name: "a", cluster: { server } }],
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    users: [{ name: "a", user: {} }],
  });

describe("changed provider of the Kubernetes stand-in", () => {
  const [here, there] = ["https://127.0.0.1:6443", "https://localhost:6443"].map(kubeconfig);

  it("replaces all objects for another server address, as the official one does", () => {
    assert.deepEqual(argumentsThatReplace({ kubeconfig: here }, { kubeconfig: there }), ["kubeconfig"]);
    assert.deepEqual(argumentsThatReplace({ kubeconfig: here }, { kubeconfig: here, context: "a" }), []);
  });

  it("replaces nothing if the clusterIdentifier is unchanged, and all objects if it changes", () => {
    const identified = (config: string | undefined, clusterIdentifier: string) => ({
      kubeconfig: config,
      clusterIdentifier,
    });
    assert.deepEqual(argumentsThatReplace(identified(here, "x"), identified(there, "x")), []);
    assert.deepEqual(argumentsThatReplace(identified(here, "x"), identified(here, "y")), ["clusterIdentifier"]);
  });

  it("ignores a clusterIdentifier that only one of the configurations has", () => {
    assert.deepEqual(argumentsThatReplace({ kubeconfig: here }, { kubeconfig: here, clusterIdentifier: "x" }), []);
    assert.deepEqual(argumentsThatReplace({ kubeconfig: here }, { kubeconfig: "", clusterIdentifier: "x" }), []);
    assert.deepEqual(argumentsThatReplace({ kubeconfig: here }, { kubeconfig: there, clusterIdentifier: "x" }), [
      "kubeconfig",
    ]);
  });

  it("fails for the path of a file that does not exist, before and after, and for a list of files", () => {
    for (const gone of ["/gone/config", "/gone/first:/gone/second"]) {
      assert.throws(() => argumentsThatReplace({ kubeconfig: gone }, {}), /failed to parse kubeconfig/);
      assert.throws(() => argumentsThatReplace({}, { kubeconfig: gone, clusterIdentifier: "x" }), /failed to parse/);
    }
  });
});
