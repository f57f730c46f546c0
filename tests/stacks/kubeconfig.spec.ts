import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { clusterDigest, currentContext } from "../../stacks/kubeconfig";

/** A kubectl whose kubeconfigs are files of the form `context server`, a line each, the current context first. */
const smallKubectl = `#!/bin/sh
file=$2
case "$*" in
*current-context) head -1 "$file" | grep -o '^[^ ]*' ;;
*) grep "^$8 " "$file" ;;
esac
`;

describe("what a kubeconfig says", () => {
  const { PATH } = process.env;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
  const file = path.join(folder, "config");

  beforeEach(() => {
    fs.writeFileSync(path.join(folder, "kubectl"), smallKubectl, { mode: 0o755 });
    fs.writeFileSync(file, "kind-kind https://127.0.0.1:40001\nprod https://prod.example\n");
    process.env.PATH = `${folder}:${PATH}`;
  });
  afterEach(() => {
    process.env.PATH = PATH;
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("is the current context, from a file and from a text", () => {
    assert.equal(currentContext(file), "kind-kind");
    assert.equal(currentContext("apiVersion: v1\ncurrent-context: prod\n"), "prod");
    assert.equal(currentContext('{"current-context": "prod"}'), "prod");
  });

  it("is asked for where there is no current context, or no kubectl to find it", () => {
    const example = "example: pulumi config set kubernetes:context kind-kind";
    const message = `kubernetes:context: not set, and the kubeconfig has no current one; ${example}`;
    assert.throws(() => currentContext("apiVersion: v1\n"), { message });
    fs.writeFileSync(file, "");
    assert.throws(() => currentContext(file), { message });
    process.env.PATH = path.join(folder, "empty");
    assert.throws(() => currentContext(file), {
      message: `kubernetes:context: not set, and kubectl is not on PATH to find one; ${example}`,
    });
  });

  it("tells a cluster from the next one of the same context", () => {
    const digest = () => clusterDigest({ kubeconfig: file, context: "kind-kind" });
    const before = digest();
    assert.match(before ?? "", /^[0-9a-f]{16}$/);
    assert.equal(digest(), before);
    assert.notEqual(clusterDigest({ kubeconfig: file, context: "prod" }), before);
    fs.writeFileSync(file, "kind-kind https://127.0.0.1:40002\n");
    assert.notEqual(digest(), before);
  });

  it("is left to the preflight where there is no such context, and to itself where it is a text", () => {
    assert.equal(clusterDigest({ kubeconfig: file, context: "missing" }), undefined);
    assert.equal(clusterDigest({ kubeconfig: "apiVersion: v1\n", context: "kind-kind" }), undefined);
  });
});
