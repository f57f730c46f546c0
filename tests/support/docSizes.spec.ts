import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { parseAllDocuments } from "yaml";
import { wholeBytes } from "../../components/kubernetes/quantity";
import { readPage } from "./docPages";
import { goldenFile } from "./golden";

interface Resource {
  readonly inputs?: {
    readonly kind?: string;
    readonly metadata?: { readonly name?: string };
    readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
  };
}

interface Container {
  readonly resources: Readonly<Record<"requests" | "limits", Readonly<Record<"cpu" | "memory", string>>>>;
}

const mebibyte = 2 ** 20;

describe("the kit of configuration keys", () => {
  it("has at most 150 lines of code, as docs/decisions/0009 says", () => {
    const lines = ["keys", "reader"].flatMap((name) => readPage(`stacks/config/${name}.ts`).split("\n"));
    const code = lines.filter((line) => !/^\s*(\/\/|\/\*|\*|$)/.test(line));
    assert.ok(code.length <= 150, `${code.length} lines`);
  });
});

describe("the sizes in README.md", () => {
  for (const pods of [1, 3]) {
    it(`are those of tests/golden/dev.yaml for ${pods} ${pods === 1 ? "pod" : "pods"}`, () => {
      const total = (unit: (resources: Container["resources"]) => number) =>
        sum(containersOf("mariadb"), unit) +
        pods * sum([...containersOf("wordpress"), ...containersOf("wordpress-cache")], unit);
      const cpu = total(({ requests }) => millicores(requests.cpu));
      const requested = total(({ requests }) => wholeBytes(requests.memory) / mebibyte);
      const limit = total(({ limits }) => wholeBytes(limits.memory) / mebibyte / 1024);
      const row = new RegExp(`^\\| ${pods} pods? +\\| ${cpu}m +\\| ${requested}Mi / ${limit.toFixed(1)}Gi +\\|`, "m");
      assert.match(readPage("README.md"), row);
    });
  }
});

function containersOf(name: string): readonly Container[] {
  const found = parseAllDocuments(fs.readFileSync(goldenFile("dev"), "utf8"))
    .map((document) => document.toJS() as Resource)
    .find(({ inputs }) => /^(Deployment|StatefulSet)$/.test(inputs?.kind ?? "") && inputs?.metadata?.name === name);
  assert.ok(found, `dev.yaml has no workload ${name}`);
  return found.inputs?.spec?.template?.spec.containers ?? [];
}

function sum(containers: readonly Container[], unit: (resources: Container["resources"]) => number): number {
  return containers.reduce((total, { resources }) => total + unit(resources), 0);
}

function millicores(cpu: string): number {
  return cpu.endsWith("m") ? Number(cpu.slice(0, -1)) : Number(cpu) * 1000;
}
