import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { isSecret, property } from "../support/properties";
import { operations, subject } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";
import { kubeconfigText } from "./support/smallKubeconfig";

const firstToken = "token-1c0ffee1c0ffee";
const nextToken = "token-2decaf2decaf";

describe("secrets", function () {
  this.timeout(20 * 60_000);
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start();
    await site.project.configureSecret("kubernetes:kubeconfig", kubeconfigText(firstToken));
    const run = site.provider.runCommand;
    // No script prints a secret, but one that fails unexpectedly might.
    site.provider.runCommand = async (command) => {
      const printed = await run(command);
      return command.name === "mariadb-growth" ? kubeconfigText(firstToken) : printed;
    };
    await site.up();
  });
  after(() => site.stop());

  const values = () =>
    site.provider.objects
      .filter(({ type }) => type.endsWith(":Secret"))
      .flatMap(({ inputs }) => Object.entries(property(inputs, "stringData") as Record<string, string>))
      // User names are no secrets.
      .filter(([key]) => key !== "username")
      .map(([, value]) => value);

  it("are ten different values: eight keys of 40 digits and two passwords", () => {
    assert.strictEqual(new Set(values()).size, 10);
    assert.strictEqual(values().filter((value) => /^[0-9a-f]{40}$/.test(value)).length, 8);
  });

  it("are marked as secret when they are sent to the provider", () => {
    const made = site.calls.filter(({ operation }) => operation === "create");
    const secrets = made.filter(({ type }) => type.endsWith(":Secret"));
    assert.deepStrictEqual(secrets.map(subject).sort(), ["Secret/mariadb", "Secret/wordpress-secrets"]);
    for (const call of secrets) {
      assert.ok(isSecret(call.inputs.stringData), `${subject(call)} is in plain text on the wire`);
    }
    const commands = made.filter(({ type }) => type === "command:local:Command");
    assert.ok(commands.length > 0);
    for (const call of commands) {
      const environment = call.inputs.environment as Record<string, unknown>;
      assert.ok(
        isSecret(environment) || isSecret(environment.CLUSTER_KUBECONFIG),
        `${subject(call)} has the kubeconfig in plain text`,
      );
    }
  });

  it("are not in plain text in the state, its history, and its backups", async () => {
    for (const name of ["history", "backups"]) {
      assert.ok(textsBelow(path.join(site.project.stateFolder, ".pulumi", name)).length > 0, `there is no ${name}`);
    }
    const state = textsBelow(site.project.stateFolder);
    assert.ok(
      state.some((text) => text.includes("10.0.0.10")),
      "the state was not read, so no secret would be found",
    );
    const exported = JSON.stringify(await site.project.resources());
    assertHidden([...state, exported], [...values(), firstToken]);
  });

  it("are not in the output of commands", async () => {
    await site.project.preview("--diff");
    await site.project.pulumi("config");
    await site.project.pulumi("stack", "output");
    assert.ok(site.project.transcript.includes("10.0.0.10"), "the output was not read, so no secret would be found");
    assertHidden([site.project.transcript], [...values(), firstToken]);
  });

  it("are not in the stack file", () => {
    const stackFile = fs.readFileSync(path.join(site.project.folder, "Pulumi.dev.yaml"), "utf8");
    assert.match(stackFile, /kubernetes:kubeconfig:\s+secure:/);
    assertHidden([stackFile], [...values(), firstToken]);
  });

  it("include the kubeconfig's token, whose renewal changes nothing in the cluster", async () => {
    await site.project.configureSecret("kubernetes:kubeconfig", kubeconfigText(nextToken));
    await site.up();
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => !operation.includes("Command/")),
      [],
    );
    assertHidden([...textsBelow(site.project.stateFolder), site.project.transcript], [nextToken]);
  });

  it("are in the decrypted state, so that a search can find them", async () => {
    const opened = await site.project.pulumi("stack", "export", "--show-secrets");
    const missing = [...values(), nextToken].filter((value) => !opened.includes(value));
    assert.deepStrictEqual(missing, []);
  });
});

/** Asserts that the texts contain none of the values, neither in plain text nor in base64, nor decoded from hexadecimal in base64. */
function assertHidden(texts: readonly string[], values: readonly string[]): void {
  const base64 = (value: string, encoding?: "hex") =>
    Buffer.from(value, encoding).toString("base64").replace(/=+$/, "");
  const isHex = (value: string) => /^([0-9a-f]{2}){16,}$/.test(value);
  const forms = (value: string) => [value, base64(value), ...(isHex(value) ? [base64(value, "hex")] : [])];
  const found = values.filter((value) => forms(value).some((form) => texts.some((text) => text.includes(form))));
  assert.deepStrictEqual(found, [], "in plain text");
}

function textsBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
}
