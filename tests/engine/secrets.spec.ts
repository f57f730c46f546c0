import * as assert from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { isSecret, property } from "../support/properties";
import { deeds, subject } from "./support/calls";
import { RecordedSite } from "./support/recordedSite";
import { kubeconfigText } from "./support/smallCluster";

const firstToken = "token-1c0ffee1c0ffee";
const nextToken = "token-2decaf2decaf";

describe("secrets", function () {
  this.timeout(6 * 60_000);
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start();
    await site.project.configureSecret("kubernetes:kubeconfig", kubeconfigText(firstToken));
    const run = site.provider.runCommand;
    // A script that prints one. No script does; one that fails in an unforeseen way might.
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
      // Whom a password is for is no secret.
      .filter(([key]) => key !== "username")
      .map(([, value]) => value);

  it("are ten values that nobody else has: eight keys of 40 digits and two passwords", () => {
    assert.strictEqual(new Set(values()).size, 10);
    assert.strictEqual(values().filter((value) => /^[0-9a-f]{40}$/.test(value)).length, 8);
  });

  it("go to the provider marked as secret", () => {
    const made = site.calls.filter(({ operation }) => operation === "create");
    for (const call of made.filter(({ type }) => type.endsWith(":Secret"))) {
      assert.ok(isSecret(call.inputs.stringData), `${subject(call)} is in clear on the wire`);
    }
    const commands = made.filter(({ type }) => type === "command:local:Command");
    assert.ok(commands.length > 0);
    for (const call of commands) {
      const environment = call.inputs.environment as Record<string, unknown>;
      assert.ok(
        isSecret(environment) || isSecret(environment.CLUSTER_KUBECONFIG),
        `${subject(call)} has the kubeconfig in clear`,
      );
    }
  });

  it("are nowhere in clear in the state, its history and backups", async () => {
    const state = textsBelow(site.project.stateFolder);
    assert.ok(
      state.some((text) => text.includes("10.0.0.10")),
      "the state was not found: nothing would be either",
    );
    const exported = JSON.stringify(await site.project.resources());
    assertHidden([...state, exported], [...values(), firstToken]);
  });

  it("are not in what the commands print", async () => {
    await site.project.preview("--diff");
    await site.project.pulumi("config");
    await site.project.pulumi("stack", "output");
    assert.ok(site.project.transcript.includes("10.0.0.10"), "the transcript was not found: nothing would be either");
    assertHidden([site.project.transcript], [...values(), firstToken]);
  });

  it("are not in the stack file", () => {
    const stackFile = fs.readFileSync(path.join(site.project.folder, "Pulumi.dev.yaml"), "utf8");
    assert.match(stackFile, /kubernetes:kubeconfig:\s+secure:/);
    assertHidden([stackFile], [firstToken]);
  });

  it("a renewed token in the kubeconfig touches nothing in the cluster", async () => {
    await site.project.configureSecret("kubernetes:kubeconfig", kubeconfigText(nextToken));
    await site.up();
    assert.deepStrictEqual(
      deeds(site.calls).filter((deed) => !deed.includes("Command/")),
      [],
    );
    assertHidden([...textsBelow(site.project.stateFolder), site.project.transcript], [nextToken]);
  });

  it("are in the state all the same, for who has the passphrase: what was looked for can be found", async () => {
    const opened = await site.project.pulumi("stack", "export", "--show-secrets");
    const missing = [...values(), nextToken].filter((value) => !opened.includes(value));
    assert.deepStrictEqual(missing, []);
  });
});

/** Asserts that none of the values stands in the texts: as it is, in base64, or what its hexadecimal digits stand for in base64. */
function assertHidden(texts: readonly string[], values: readonly string[]): void {
  const base64 = (value: string, encoding?: "hex") =>
    Buffer.from(value, encoding).toString("base64").replace(/=+$/, "");
  const isHex = (value: string) => /^([0-9a-f]{2}){16,}$/.test(value);
  const forms = (value: string) => [value, base64(value), ...(isHex(value) ? [base64(value, "hex")] : [])];
  const found = values.filter((value) => forms(value).some((form) => texts.some((text) => text.includes(form))));
  assert.deepStrictEqual(found, [], "in clear");
}

function textsBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
}
