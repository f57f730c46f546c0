import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { selectedCluster } from "../../stacks/kubeconfig";

/** A kubectl whose kubeconfigs are files of the form `context server`, a line each, the current context first. */
const smallKubectl = `#!/bin/sh
file=$2
current=$(head -1 "$file" | grep -o '^[^ ]*') || exit 1
case "$*" in
*config\\ current-context) echo "$current"; exit ;;
*--context*) context=$8 ;;
*) context=$current ;;
esac
server=$(grep -o "^$context [^ ]*" "$file") || exit 1
printf '%s\\n%s' "$context" "$server"
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
    assert.equal(selectedCluster(file, undefined).context, "kind-kind");
    assert.equal(selectedCluster("apiVersion: v1\ncurrent-context: prod\n", undefined).context, "prod");
    assert.equal(selectedCluster('{"current-context": "prod"}', undefined).context, "prod");
  });

  it("is asked for where there is no current context, or no kubectl to find it", () => {
    const example = "example: pulumi config set kubernetes:context kind-kind";
    const message = `kubernetes:context: not set, and the kubeconfig has no current one; ${example}`;
    assert.throws(() => selectedCluster("apiVersion: v1\n", undefined).context, { message });
    fs.writeFileSync(file, "");
    assert.throws(() => selectedCluster(file, undefined).context, { message });
    process.env.PATH = path.join(folder, "empty");
    assert.throws(() => selectedCluster(file, undefined).context, {
      message: `kubernetes:context: not set, and kubectl is not on PATH to find one; ${example}`,
    });
  });

  it("tells a cluster from the next one of the same context", () => {
    const digest = () => selectedCluster(file, "kind-kind").digest;
    const before = digest();
    assert.match(before ?? "", /^[0-9a-f]{16}$/);
    assert.deepEqual(selectedCluster(file, undefined), { context: "kind-kind", digest: before });
    assert.equal(digest(), before);
    assert.notEqual(selectedCluster(file, "prod").digest, before);
    fs.writeFileSync(file, "kind-kind https://127.0.0.1:40002\n");
    assert.notEqual(digest(), before);
  });

  it("is left to the preflight where there is no such context, and to itself where it is a text", () => {
    assert.deepEqual(selectedCluster(file, "missing"), { context: "missing", digest: undefined });
    const text = "apiVersion: v1\n";
    assert.deepEqual(selectedCluster(text, "kind-kind"), { context: "kind-kind", digest: undefined });
  });
});
