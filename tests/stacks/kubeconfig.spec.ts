import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { selectedCluster } from "../../stacks/kubeconfig";
import { registeredByStack } from "../support/golden";

/** A kubectl whose kubeconfigs have a line `context server authority` for each context, the current context first. */
const smallKubectl = `#!/bin/sh
file=$KUBECONFIG
while [ $# -gt 0 ]; do
  case $1 in
  --kubeconfig) file=$2; shift ;;
  --context) context=$2; shift ;;
  --output=*) output=\${1#*=} ;;
  --minify) minify=true ;;
  current-context) current=true ;;
  esac
  shift
done
test -f "$file" || exit 1
first=$(head -1 "$file" | grep -o '^[^ ]*')
if test "$current" -o "$minify"; then
  context=\${context:-$first}
  server=$(grep "^$context " "$file" | cut -d ' ' -f 2)
  test "$server" || exit 1
  case "$output" in
  *.cluster}) cluster=$(grep "^$context " "$file" | cut -d ' ' -f 2-) ;;
  *) cluster=$server ;;
  esac
fi
if test "$current"; then echo "$context"
elif test "$output" = json; then
  printf '{\\n "servers": "%s",\\n "current-context": "%s"\\n}\\n' "\${server:-$(tr '\\n' ' ' <"$file")}" "\${context:-$first}"
else printf '%s\\n%s' "$context" "$cluster"; fi
`;

describe("selectedCluster", () => {
  const { PATH, KUBECONFIG } = process.env;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
  const file = path.join(folder, "config");

  beforeEach(() => {
    fs.writeFileSync(path.join(folder, "kubectl"), smallKubectl, { mode: 0o755 });
    fs.writeFileSync(file, "kind-kind https://127.0.0.1:40001\nprod https://prod.example\n");
    process.env.PATH = `${folder}:${PATH}`;
    process.env.KUBECONFIG = file;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = KUBECONFIG;
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it("returns the current context: kubectl's own, that of a file, and that of a text", () => {
    assert.equal(selectedCluster(undefined, undefined).context, "kind-kind");
    assert.equal(selectedCluster(file, undefined).context, "kind-kind");
    assert.equal(selectedCluster("apiVersion: v1\ncurrent-context: prod\n", undefined).context, "prod");
    assert.equal(selectedCluster('{"current-context": "prod"}', undefined).context, "prod");
  });

  it("refuses a missing current context and a missing kubectl, with the command that sets the context", () => {
    const example = "example: pulumi config set kubernetes:context kind-kind";
    const message = `kubernetes:context: not set, and the kubeconfig has no current one; ${example}`;
    assert.throws(() => selectedCluster("apiVersion: v1\n", undefined), { message });
    fs.writeFileSync(file, "");
    assert.throws(() => selectedCluster(undefined, undefined), { message });
    process.env.PATH = path.join(folder, "empty");
    assert.throws(() => selectedCluster(undefined, undefined), {
      message: `kubernetes:context: not set, and kubectl is not on PATH to find one; ${example}`,
    });
  });

  it("returns another digest for another address or authority of the same context", () => {
    const digest = () => selectedCluster(undefined, "kind-kind").digest;
    const before = digest();
    assert.match(before ?? "", /^[0-9a-f]{16}$/);
    assert.deepEqual(selectedCluster(undefined, undefined), { context: "kind-kind", digest: before });
    assert.equal(digest(), before);
    assert.notEqual(selectedCluster(undefined, "prod").digest, before);
    fs.writeFileSync(file, "kind-kind https://127.0.0.1:40002\n");
    assert.notEqual(digest(), before);
    fs.writeFileSync(file, "kind-kind https://127.0.0.1:40001 another-authority\n");
    assert.notEqual(digest(), before);
  });

  it("returns no digest for an unknown context or a text", () => {
    assert.deepEqual(selectedCluster(undefined, "missing"), { context: "missing" });
    const text = "apiVersion: v1\n";
    assert.deepEqual(selectedCluster(text, "kind-kind"), { context: "kind-kind", kubeconfig: text });
  });

  it("returns the text of a configured file: of the context, or of all contexts if the context is unknown", () => {
    const { kubeconfig = "", ...rest } = selectedCluster(file, "prod");
    assert.deepEqual(rest, { context: "prod" });
    assert.deepEqual(JSON.parse(kubeconfig), { servers: "https://prod.example", "current-context": "prod" });
    assert.match(selectedCluster(file, "missing").kubeconfig ?? "", /kind-kind.*prod/s);
  });

  it("refuses a configured path without a file", () => {
    assert.throws(() => selectedCluster("/gone/config", "prod"), {
      message:
        'kubernetes:kubeconfig: "/gone/config" cannot be read: no such file or directory; expected the path ' +
        "of a kubeconfig or its text; example: pulumi config set kubernetes:kubeconfig '~/.kube/config'",
    });
  });

  it("refuses a file that is not a kubeconfig, with kubectl's own words", () => {
    const refusal = (reason: string) => ({
      message:
        `kubernetes:kubeconfig: "${file}" cannot be read: ${reason}; expected the path of a kubeconfig or its text; ` +
        "example: pulumi config set kubernetes:kubeconfig '~/.kube/config'",
    });
    for (const [words, reason] of [
      ["error: yaml: line 3: could not find expected ':'", "yaml: line 3: could not find expected ':'"],
      ["Unable to read error: line 1", "Unable to read error: line 1"],
    ] as const) {
      fs.writeFileSync(path.join(folder, "kubectl"), `#!/bin/sh\necho "${words}" >&2\nexit 1\n`);
      assert.throws(() => selectedCluster(file, "prod"), refusal(reason));
    }
    fs.writeFileSync(path.join(folder, "kubectl"), "#!/bin/sh\nexit 1\n");
    assert.throws(
      () => selectedCluster(file, "prod"),
      /cannot be read: Command failed: kubectl config .*; expected the path/,
    );
    process.env.PATH = path.join(folder, "empty");
    assert.throws(() => selectedCluster(file, "prod"), refusal("kubectl is not on PATH"));
  });

  it("leaves no path in the state: neither KUBECONFIG's, which may be a list, nor a configured one", async () => {
    process.env.KUBECONFIG = `${file}:/elsewhere/config`;
    const ambient = await registeredByStack("dev", { "kubernetes:kubeconfig": undefined });
    const provider = ambient.find(({ type }) => type === "pulumi:providers:kubernetes");
    assert.equal(provider?.inputs.kubeconfig, "");
    for (const one of [file, "/elsewhere/config"]) assert.ok(!JSON.stringify(ambient).includes(one), one);
    const inputs = JSON.stringify(
      await registeredByStack("dev", { "kubernetes:kubeconfig": file, "kubernetes:context": "prod" }),
    );
    assert.ok(!inputs.includes(file));
    assert.match(inputs, /https:\/\/prod\.example/);
  });
});
