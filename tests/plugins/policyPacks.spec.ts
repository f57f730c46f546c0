import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { failure } from "../support/failure";
import { SmallProgram } from "./support/smallProgram";

const program = (length: number) => `new random.RandomString("text", { length: ${length} });`;

const pack = `
import * as random from "@pulumi/random";
import { PolicyPack, validateResourceOfType } from "@pulumi/policy";

new PolicyPack("lengths", {
  policies: [
    {
      name: "long",
      description: "Texts are long.",
      enforcementLevel: "mandatory",
      configSchema: { properties: { least: { type: "integer", default: 5 } } },
      validateResource: validateResourceOfType(random.RandomString, ({ length }, { getConfig }, report) => {
        const { least } = getConfig<{ least: number }>();
        if (Number(length) < least) report(\`\${length} is less than \${least}\`);
      }),
    },
    {
      name: "even",
      description: "Lengths are even.",
      enforcementLevel: "advisory",
      validateResource: validateResourceOfType(random.RandomString, ({ length }, _, report) => {
        if (Number(length) % 2) report(\`\${length} is odd\`);
      }),
    },
    {
      name: "stack",
      description: "The stack knows its place.",
      enforcementLevel: "advisory",
      validateStack: ({ resources }, report) =>
        report(\`\${process.env.PULUMI_NODEJS_PROJECT}/\${process.env.PULUMI_NODEJS_STACK} has \${resources.length} resources\`),
    },
  ],
});
`;

describe("language host: policy packs", function () {
  this.timeout(6 * 60_000);
  let small: SmallProgram;
  const withPack = ["--policy-pack", "pack"];
  before(async () => {
    small = await SmallProgram.start(program(5));
    small.put("pack/PulumiPolicy.yaml", "runtime: nodejs\n");
    small.put("pack/package.json", '{ "version": "1.2.3", "main": "index.ts" }');
    small.put("pack/tsconfig.json", '{ "compilerOptions": { "module": "nodenext", "noCheck": true } }');
    small.put("pack/index.ts", pack);
    fs.symlinkSync(path.join(projectRoot, "node_modules"), small.inFolder("pack/node_modules"));
  });
  after(() => small?.remove());

  it("allow a violation of advisory policies, and report it", async () => {
    const { output, changes } = await small.up(...withPack);
    assert.equal(changes.create, 2);
    assert.match(output, /\[advisory\].*even/);
    assert.match(output, /5 is odd/);
    assert.match(output, /small\/dev has \d resources/);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  it("stop preview and up if a mandatory policy is violated", async () => {
    small.change(program(4));
    for (const command of ["preview", "up"] as const) {
      const output = await failure(small[command](...withPack));
      assert.match(output, /\[mandatory\].*long/);
      assert.match(output, /4 is less than 5/);
    }
    assert.equal(small.resources().text?.inputs.length, 5);
  });

  it("read the configuration of --policy-pack-config", async () => {
    small.put("policy.json", JSON.stringify({ long: { least: 4 } }));
    const { output } = await small.up(...withPack, "--policy-pack-config", "policy.json");
    assert.doesNotMatch(output, /is less than/);
    assert.equal(small.resources().text?.inputs.length, 4);
  });

  it("are refused with the install command if their packages are missing", async () => {
    const bare = fs.mkdtempSync(path.join(os.tmpdir(), "plugins-"));
    try {
      fs.cpSync(small.inFolder("pack"), bare, { recursive: true, filter: (file) => !file.endsWith("node_modules") });
      const output = await failure(small.preview("--policy-pack", bare));
      assert.match(output, /Pulumi SDK has not been installed\. Have you run npm install in /);
    } finally {
      fs.rmSync(bare, { recursive: true });
    }
  });

  it("are reported with their error if they cannot be started", async () => {
    small.put("pack/index.ts", 'throw new Error("the pack is torn");\n');
    assert.match(await failure(small.preview(...withPack)), /the pack is torn/);
  });
});
