import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../stacks/settings";
import { registeredBy } from "../support/mocks";

const defaults = {
  cluster: { kubeconfig: undefined, context: undefined, upsertExistingObjects: false },
  namespace: "wordpress",
  wordpressReplicas: 1,
  wordpressImage: "wordpress:6.5-apache",
  wordpressStorage: "1Gi",
  wordpressNodePort: 30007,
  mariadbImage: "mariadb:10.11",
  mariadbStorage: "1Gi",
  dataRetention: "delete",
  keyRotation: "1",
  content: { content: "perPod" },
  storage: { engine: "existing", className: undefined },
  nodeSsh: undefined,
};

/** What holds for shared content where nothing else is set. */
const shared = {
  content: "shared",
  contentStorageClass: undefined,
  contentAccessMode: "ReadWriteOnce",
  contentMigration: "none",
  siteUrl: undefined,
  siteHosts: undefined,
  siteTitle: "WordPress",
  adminUser: "admin",
  adminEmail: "admin@example.com",
  adminPassword: undefined,
  pluginRepository: "https://downloads.wordpress.org",
  fileModifications: true,
  uploadLimit: "64Mi",
  phpMemory: "256Mi",
  plugins: [],
  themes: [],
};

/**
 * Settings of a stack whose configuration has these keys, and content per pod unless they say otherwise; keys without a namespace
 * are the project's own.
 */
function load(given: Record<string, string>) {
  const config = { content: "perPod", ...given };
  const full = (name: string) => (name.includes(":") ? name : `wordpress:${name}`);
  pulumi.runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([name, value]) => [full(name), value])));
  return loadSettings();
}

function refusal(config: Record<string, string>): string {
  try {
    load(config);
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError, "a RunError is shown without a stack");
    return error.message;
  }
  return assert.fail(`${JSON.stringify(config)} was taken`);
}

/** The one finding of a configuration that has one thing wrong. */
function finding(config: Record<string, string>): string {
  const [head, ...findings] = refusal(config).split("\n  - ");
  assert.equal(head, "One setting to be mended; nothing was changed:");
  assert.equal(findings.length, 1);
  return findings[0] ?? "";
}

describe("settings", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("are the design's defaults where nothing is set", () => {
    assert.deepEqual(load({}), defaults);
  });

  const taken: [string, string, unknown][] = [
    ["namespace", "a", "a"],
    ["namespace", "a".repeat(63), "a".repeat(63)],
    ["wordpressReplicas", "1", 1],
    ["wordpressReplicas", "100", 100],
    ["wordpressImage", "registry.example.com:5000/team/wordpress:6.4-apache", undefined],
    ["wordpressImage", `wordpress@sha256:${"0".repeat(64)}`, undefined],
    ["wordpressStorage", "1Gi", undefined],
    ["wordpressStorage", "1.5Ti", undefined],
    ["wordpressNodePort", "30000", 30000],
    ["wordpressNodePort", "32767", 32767],
    ["mariadbImage", "mariadb:10.11.9", undefined],
    ["mariadbStorage", "1", undefined],
    ["mariadbStorage", "2e9", undefined],
    ["dataRetention", "delete", undefined],
    ["dataRetention", "retain", undefined],
    ["keyRotation", "", undefined],
    ["keyRotation", "after the leak, 2026", undefined],
    ["content", "perPod", { content: "perPod" }],
  ];
  for (const [key, text, value] of taken) {
    it(`take ${key} ${text.length > 40 ? `${text.slice(0, 40)}…` : `"${text}"`}`, () => {
      assert.deepEqual(load({ [key]: text }), { ...defaults, [key]: value ?? text });
    });
  }

  it("take the keys of storage, and the provider's own", () => {
    const settings = load({
      storage: '{"engine":"existing","className":"fast.ssd"}',
      "kubernetes:context": "lab",
      "kubernetes:kubeconfig": "~/lab",
      "kubernetes:upsertExistingObjects": "true",
    });
    assert.deepEqual(settings.storage, { engine: "existing", className: "fast.ssd" });
    assert.deepEqual(settings.cluster, { context: "lab", kubeconfig: "~/lab", upsertExistingObjects: true });
  });

  const dnsLabel = "a DNS label: 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends";
  const image = "an image reference: [registry/]name[:tag][@sha256:…]";
  const replicas = "a whole number from 1 to 100; example: pulumi config set wordpressReplicas 3";
  const nodePort = "a whole number from 30000 to 32767; example: pulumi config set wordpressNodePort 30007";
  const refused: [string, string, string][] = [
    ["namespace", "", `${dnsLabel}; example: pulumi config set namespace wordpress`],
    ["namespace", "a".repeat(64), `${dnsLabel}; example: pulumi config set namespace wordpress`],
    ["namespace", "Word_Press", `${dnsLabel}; example: pulumi config set namespace wordpress`],
    ["wordpressReplicas", "0", replicas],
    ["wordpressReplicas", "101", replicas],
    ["wordpressReplicas", "2.5", replicas],
    ["wordpressReplicas", "8Gi", replicas],
    ["wordpressReplicas", "three", replicas],
    ["wordpressImage", "WordPress", `${image}; example: pulumi config set wordpressImage wordpress:6.5-apache`],
    ["wordpressImage", "wordpress:", `${image}; example: pulumi config set wordpressImage wordpress:6.5-apache`],
    [
      "wordpressStorage",
      "1023Mi",
      "a Kubernetes quantity of at least 1Gi; example: pulumi config set wordpressStorage 2Gi",
    ],
    [
      "wordpressStorage",
      "1GB",
      "a Kubernetes quantity of at least 1Gi; example: pulumi config set wordpressStorage 2Gi",
    ],
    ["wordpressNodePort", "29999", nodePort],
    ["wordpressNodePort", "32768", nodePort],
    ["mariadbImage", "mariadb 10", `${image}; example: pulumi config set mariadbImage mariadb:10.11`],
    ["mariadbStorage", "0", "a Kubernetes quantity above 0; example: pulumi config set mariadbStorage 2Gi"],
    ["mariadbStorage", "-1Gi", "a Kubernetes quantity above 0; example: pulumi config set mariadbStorage 2Gi"],
    ["dataRetention", "keep", "delete or retain; example: pulumi config set dataRetention delete"],
    ["content", "both", "shared or perPod; example: pulumi config set content shared"],
    [
      "kubernetes:upsertExistingObjects",
      "yes",
      "true or false; example: pulumi config set kubernetes:upsertExistingObjects true",
    ],
  ];
  for (const [key, text, expectation] of refused) {
    it(`refuse ${key} "${text.slice(0, 12)}", saying what is allowed`, () => {
      assert.equal(finding({ [key]: text }), `${key}: "${text}" is not allowed; expected ${expectation}`);
    });
  }

  const single = { content: "shared", contentAccessMode: "ReadWriteOnce" };
  const takenShared: [string, string, unknown][] = [
    ["contentStorageClass", "nfs.fast", undefined],
    ["contentMigration", "merge", undefined],
    ["siteUrl", "https://blog.example.com", undefined],
    ["siteUrl", "http://192.0.2.1:8080", undefined],
    ["siteHosts", '["a.example","b.example"]', ["a.example", "b.example"]],
    ["siteTitle", `It's "$(id)" <?php ?> \u{1F600}`, undefined],
    ["adminUser", "Ada Lovelace", undefined],
    ["adminEmail", "ada+blog@example.com", undefined],
    ["fileModifications", "false", false],
    ["uploadLimit", "2Gi", undefined],
    ["phpMemory", "64Mi", undefined],
  ];
  it("of shared content are the design's defaults where nothing else is set", () => {
    assert.deepEqual(load(single), { ...defaults, content: shared });
  });
  for (const [key, text, value] of takenShared) {
    it(`of shared content take ${key} ${text}`, () => {
      assert.deepEqual(load({ ...single, [key]: text }).content, { ...shared, [key]: value ?? text });
    });
  }

  const refusedShared: [string, string, string][] = [
    ["contentAccessMode", "ReadOnlyMany", "ReadWriteMany or ReadWriteOnce"],
    ["siteUrl", "blog.example.com", "an http or https URL of a host, without a path"],
    ["siteUrl", "https://blog.example.com/", "an http or https URL of a host, without a path"],
    ["siteUrl", "https://a'.example", "an http or https URL of a host, without a path"],
    ["siteHosts", "a.example", "a list of host names in lower case, without port"],
    ["siteHosts", '["a.example:80"]', "a list of host names in lower case, without port"],
    ["siteTitle", "two\nlines", "1 to 200 characters on one line"],
    ["siteTitle", "x".repeat(201), "1 to 200 characters on one line"],
    ["adminUser", "<script>", "a login: 1 to 60 of a-z, A-Z, 0-9, space, _ . - @"],
    ["adminEmail", "nobody", "an e-mail address"],
    ["fileModifications", "no", "true or false"],
    ["uploadLimit", "3Gi", "a Kubernetes quantity from 1Mi to 2Gi"],
    ["uploadLimit", "1023Ki", "a Kubernetes quantity from 1Mi to 2Gi"],
    ["phpMemory", "63Mi", "a Kubernetes quantity from 64Mi to 2Gi"],
  ];
  for (const [key, text, allowed] of refusedShared) {
    it(`of shared content refuse ${key} ${JSON.stringify(text.slice(0, 20))}, saying what is allowed`, () => {
      const start = `${key}: ${JSON.stringify(text).slice(0, 40)}`;
      const message = finding({ ...single, [key]: text });
      assert.ok(message.includes(`is not allowed; expected ${allowed}; example: pulumi config set`), message);
      assert.ok(message.startsWith(start.slice(0, key.length + 3)), message);
    });
  }

  it("refuse shared content on many nodes without a class for it, with the three ways out", () => {
    const message = finding({ content: "shared" });
    assert.equal(
      message,
      "contentStorageClass: not set, and content: shared on several nodes needs a storage class whose volumes are " +
        "ReadWriteMany. Name one: pulumi config set contentStorageClass NAME, or keep all pods on one node: " +
        "pulumi config set contentAccessMode ReadWriteOnce, or give each pod files of its own: pulumi config set content perPod",
    );
  });

  const entry = { slug: "classic-editor", version: "1.6.7", sha256: "0123456789abcdef".repeat(4) };
  it("of shared content take plugins, active unless they say otherwise, and themes, which are not", () => {
    const { content } = load({
      ...single,
      plugins: JSON.stringify([entry, { ...entry, slug: "akismet", active: false }]),
      themes: JSON.stringify([entry, { ...entry, slug: "twenty", active: true }]),
    });
    assert.deepEqual(content, {
      ...shared,
      plugins: [
        { ...entry, active: true },
        { ...entry, slug: "akismet", active: false },
      ],
      themes: [
        { ...entry, active: false },
        { ...entry, slug: "twenty", active: true },
      ],
    });
  });

  const badLists: [string, unknown, RegExp][] = [
    [
      "plugins",
      "classic-editor",
      /^plugins: "classic-editor" is not allowed; expected a list of \{ slug, version, sha256/,
    ],
    ["plugins", [{ ...entry, slug: "../evil" }], /^plugins\[0\]\.slug: "\.\.\/evil" is not allowed/],
    ["plugins", [{ ...entry, sha256: "abc" }], /^plugins\[0\]\.sha256: "abc" is not allowed; expected 64 hexadecimal/],
    ["plugins", [{ ...entry, sha256: undefined }], /^plugins\[0\]\.sha256: not set; expected 64 hexadecimal/],
    ["plugins", [{ ...entry, checksum: "x" }], /^plugins\[0\]\.checksum: is no key of this program/],
    ["plugins", [entry, entry], /^plugins\[1\]\.slug: "classic-editor" is that of plugins\[0\] as well/],
    [
      "themes",
      [
        { ...entry, active: true },
        { ...entry, slug: "b", active: true },
      ],
      /^themes\[1\]\.active: is true for themes\[0\]/,
    ],
  ];
  for (const [key, list, message] of badLists) {
    it(`of shared content refuse ${key} ${message}`, () => {
      assert.match(finding({ ...single, [key]: typeof list === "string" ? list : JSON.stringify(list) }), message);
    });
  }

  it("refuse with content per pod what is for shared content only", () => {
    assert.equal(
      finding({ siteUrl: "https://a.example" }),
      "siteUrl: is for content: shared, and content is perPod; remove it: pulumi config rm siteUrl",
    );
  });

  it("refuse a password of the administrator's that is in clear, or too short", () => {
    assert.match(finding({ ...single, adminPassword: "long enough" }), /is in clear in the stack file.*set --secret/);
  });

  it("refuse what is not available yet, and say so", () => {
    assert.equal(finding({ egress: "open" }), "egress: is not available yet; remove it: pulumi config rm egress");
  });

  it("refuse unknown keys with the nearest known name", () => {
    assert.equal(
      finding({ wordpressReplica: "3" }),
      "wordpressReplica: is no key of this program; did you mean wordpressReplicas? " +
        "Remove it: pulumi config rm wordpressReplica",
    );
    assert.equal(
      finding({ storage: '{"classname":"fast"}' }),
      "storage.classname: is no key of this program; did you mean storage.className? " +
        "Remove it: pulumi config rm --path storage.classname",
    );
    assert.equal(
      finding({ "kubernetes:namespace": "x" }),
      "kubernetes:namespace: is not read by this program; it reads kubeconfig, context, upsertExistingObjects",
    );
  });

  it("answer a flat storage.engine with the command that was meant", () => {
    assert.equal(
      finding({ "storage.engine": "hostpath" }),
      "storage.engine: is a key inside the object storage; set it with --path: " +
        "pulumi config set --path storage.engine hostpath, and remove this one: pulumi config rm storage.engine",
    );
  });

  it("refuse a storage that is no object, and values of another type in it", () => {
    for (const text of ["hostpath", "[]", "7"]) {
      assert.match(
        finding({ storage: text }),
        /^storage: .* is not allowed; expected an object with the keys engine, className, replicas, logging, chartVersion, chartRepository, imageRegistry, pools; example: pulumi config set --path storage\.engine existing$/,
      );
    }
    assert.match(
      finding({ storage: '{"className":{"name":"x"}}' }),
      /^storage\.className: "\{\\"name\\":\\"x\\"\}" is not allowed/,
    );
  });

  it("name all that is wrong at once", () => {
    const message = refusal({ wordpressReplicas: "0", namespace: "-", plugin: "x" });
    assert.ok(message.startsWith("3 settings to be mended; nothing was changed:"));
    assert.deepEqual(message.match(/(?<=\n {2}- )\w+/g), ["plugin", "namespace", "wordpressReplicas"]);
  });

  it("cut what is shown of a long value", () => {
    assert.ok(finding({ namespace: "x".repeat(10_000) }).length < 300);
  });
});
