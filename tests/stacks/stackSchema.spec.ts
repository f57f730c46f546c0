import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";
import { stackSchema, stackSchemaFile } from "../../docs/stackSchema";
import { projectRoot } from "../../lab/support/paths";
import { tree } from "../../stacks/config/tree";
import { valueKeys } from "../support/valueKeys";

const presets = fs.readdirSync(projectRoot).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(stackSchema()) as object);

/** The places of a stack file's errors; empty if it is valid. */
function errorsOf(stackFile: unknown): string[] | undefined {
  return validate(stackFile) ? undefined : (validate.errors ?? []).map(({ instancePath }) => instancePath);
}

const config = (text: string) => ({ config: parse(text) as unknown });

describe("JSON schema of stack files", () => {
  it("matches the keys (`npm run docs` updates it)", () => {
    assert.equal(fs.readFileSync(stackSchemaFile, "utf8"), stackSchema());
  });

  it("is named by every preset, for editors", () => {
    const reference = `# yaml-language-server: $schema=${path.relative(projectRoot, stackSchemaFile)}\n`;
    assert.ok(presets.length >= 3);
    for (const preset of presets) {
      assert.ok(fs.readFileSync(path.join(projectRoot, preset), "utf8").startsWith(reference), preset);
    }
  });

  for (const preset of presets) {
    it(`accepts ${preset}`, () => {
      assert.equal(errorsOf(parse(fs.readFileSync(path.join(projectRoot, preset), "utf8"))), undefined);
    });
  }

  it("accepts files that `pulumi config set` writes: the project's prefix, texts for numbers, JSON, and secrets", () => {
    const stackFile = {
      encryptionsalt: "v1:x",
      config: {
        "shop:wordpressReplicas": "3",
        "shop:storage": { engine: "replicated", replicas: "2", pools: '[{"node":"k0"}]' },
        "shop:siteHosts": '["blog.example.com"]',
        "shop:adminPassword": { secure: "v1:y" },
        "shop:egress": ["192.0.2.0/24"],
        "shop:siteTitle": 2026,
        "kubernetes:kubeconfig": { secure: "v1:z" },
        "shop:nodeSsh": { hosts: { k0: '{"host":"192.0.2.10"}' } },
        "shop:objectCache": { secure: "v1:a" },
        "shop:plugins": [{ secure: "v1:b" }],
        "shop:themes": { secure: "v1:c" },
        "shop:trustedProxies": [{ secure: "v1:d" }],
        "pulumi:disable-default-providers": ["*"],
        "aws:region": "eu-central-1",
      },
    };
    assert.equal(errorsOf(stackFile), undefined);
  });

  for (const [path, { rule, secret }] of valueKeys(tree).filter(([name]) => !name.includes("["))) {
    it(`accepts the example of ${path}`, () => {
      const value = secret ? { secure: "v1:x" } : rule.example.replace("…", "A".repeat(40));
      const nested = path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
      // A host needs both of its keys.
      const [, key] = /^nodeSsh\.hosts\.k0\.(.*)$/.exec(path) ?? [];
      const host = { host: "192.0.2.10", hostKey: `ssh-ed25519 ${"A".repeat(68)}` };
      const whole = key === undefined ? nested : { nodeSsh: { hosts: { k0: { ...host, [key]: value } } } };
      assert.equal(errorsOf({ config: whole }), undefined);
    });
  }

  const wrong: [string, string, string][] = [
    ["an unknown key", "wordpresReplicas: 3", "/config"],
    ["an unknown key in an object", "storage: { engien: existing }", "/config/storage"],
    ["too many pods", "wordpressReplicas: 101", "/config/wordpressReplicas"],
    ["a number that is a word", "wordpressReplicas: three", "/config/wordpressReplicas"],
    ["a choice that does not exist", "storage: { engine: mayastor }", "/config/storage/engine"],
    ["a size with a wrong unit", "mariadbStorage: 1GB", "/config/mariadbStorage"],
    ["an image without a tag after the colon", "wordpressImage: 'wordpress:'", "/config/wordpressImage"],
    ["a site URL with a path", "siteUrl: https://example.com/blog", "/config/siteUrl"],
    ["a password in plain text", "adminPassword: hunter2hunter2", "/config/adminPassword"],
    ["a pool without a disk", "storage: { engine: replicated, pools: [{ node: k0 }] }", "/config/storage/pools/0"],
    ["a disk whose name changes", "storage: { pools: [{ node: k0, disk: /dev/sdb }] }", "/config/storage/pools/0/disk"],
    ["a list that is a text", "plugins: akismet", "/config/plugins"],
  ];
  for (const [title, text, place] of wrong) {
    it(`reports ${title} at ${place}`, () => {
      assert.ok(errorsOf(config(text))?.includes(place), JSON.stringify(errorsOf(config(text))));
    });
  }
});
