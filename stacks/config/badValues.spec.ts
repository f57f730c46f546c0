import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { load, refusal } from "../../tests/support/loadedConfig";
import { registeredBy } from "../../tests/support/mocks";
import { record } from "../../tests/support/reliability";
import { groupKeys, valueKeys } from "../../tests/support/valueKeys";
import { tree } from "./tree";

const hostile = ["$(reboot)", "<?php echo 1;", "a\nb", "x".repeat(10_000)] as const;
const images = ["", "WordPress", "wordpress:", "a b", "wordpress:6.5 --privileged", ...hostile];
/** Tags of versions that are too old for the page cache's configuration. */
const oldNginx = [
  "nginx:1.26",
  "nginx:1.25-alpine",
  "nginx:1.27.2",
  "nginx:1.27.2-alpine3.20-perl",
  "nginx:0.9.1",
  "nginx:v1.26.3",
  "registry.example.com:5000/nginx:1.27.0",
  "nginxinc/nginx-unprivileged:1.26",
  `nginx:1.26@sha256:${"0".repeat(64)}`,
];
const sizes = ["", "0", "-1Gi", "1GB", "ten", "1.5.1Gi", "1Gi2", ...hostile];
const flags = ["", "yes", "no", "1", "TRUE", "truth", "on", ...hostile];
const addresses = [
  ...[
    "",
    "example.com",
    "ftp://example.com",
    "https://",
    "https://a b",
    "//example.com",
    "https://user:word@a.example",
  ],
  ...[
    "https://a'b",
    'https://a.example/"',
    "https://$(id)",
    "https://a.example/`id`",
    "https://<?php",
    "https://a.example/\n",
  ],
  ...hostile,
];
const names = ["", "-a", "a-", "A", "a_b", "a/b", ...hostile];
const ports = ["", "0", "65536", "-1", "22.5", "ssh", ...hostile];

/** Values that each flat key must refuse. The lists of keys that accept any text are empty. */
const flat: Readonly<Record<string, readonly string[]>> = {
  namespace: [...names, "a.b"],
  wordpressReplicas: ["", "0", "101", "2.5", "-1", "three", "1e1", ...hostile],
  wordpressImage: images,
  wordpressStorage: [...sizes, "1023Mi"],
  wordpressNodePort: ["", "29999", "32768", "30007.5", "-30007", "http", ...hostile],
  mariadbImage: images,
  mariadbStorage: sizes,
  dataRetention: ["", "keep", "Retain", "retain ", "true", "none", ...hostile],
  keyRotation: [],
  databasePasswordRotation: [],
  egress: [
    "",
    "closed",
    "10.0.0.0/8",
    '["10.0.0.0/33"]',
    '["10.0.0.0"]',
    '["example.com"]',
    '{"to":"open"}',
    "[1]",
    ...hostile,
  ],
  trustedProxies: [
    ...["", "open", "10.0.0.0/8", '["10.0.0.0/33"]', '["10.0.0.0"]', '["proxy.example.com"]', '{"from":"10.0.0.0/8"}'],
    ...['["0.0.0.0/0"]', '["10.0.0.0/8", "::/0"]', '["10.0.0.0/00"]', "[1]", `["10.0.0.0/8; }"]`, ...hostile],
  ],
  externalTrafficPolicy: ["", "local", "cluster", "Local ", "Global", "true", ...hostile],
  content: ["", "both", "perpod", "Shared", "shared ", "true", ...hostile],
  contentStorageClass: names,
  contentAccessMode: ["", "ReadOnlyMany", "RWX", "readwritemany", "ReadWriteOncePod", "many", ...hostile],
  mariadbUpgrade: ["", "true", "Allow", "11.8", ...hostile],
  contentMigration: ["", "yes", "Merge", "copy", "true", "merge ", ...hostile],
  siteUrl: [...addresses, "https://example.com/", "https://example.com/blog", "https://a'.example"],
  siteHosts: [
    "",
    "a.example",
    '["a.example:80"]',
    '["A.example"]',
    '{"a":1}',
    "[1]",
    '["a b"]',
    '["0x7f.1"]',
    '["1.2.3.256"]',
    ...hostile,
  ],
  siteTitle: ["", " ", "two\nlines", "a\u0000b", "\u0007", "x".repeat(201), "\t"],
  adminUser: ["", " a", "a ", "<script>", "a;b", "x".repeat(61), ...hostile],
  adminEmail: ["", "postmaster", "a@", "@example.com", "a b@example.com", "a@example.com\n", ...hostile],
  pluginRepository: addresses,
  fileModifications: flags,
  uploadLimit: [...sizes, "3Gi", "1023Ki"],
  phpMemory: [...sizes, "63Mi", "3Gi"],
};

const extension = {
  slug: ["", "A", "a b", "../a", "-a", "a_b", ...hostile],
  version: ["", "-1", "1 2", "../1", "1/2", ".1", ...hostile],
  sha256: ["", "0123", "A".repeat(64), "g".repeat(64), "0".repeat(65), "sha256:0", ...hostile],
  active: flags,
};

const inside: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  pageCache: {
    enabled: flags,
    seconds: ["", "0", "3601", "1.5", "-1", "5s", ...hostile],
    image: [...images, ...oldNginx],
  },
  objectCache: {
    enabled: flags,
    image: images,
    memory: [...sizes, "15Mi", "17Gi"],
  },
  storage: {
    engine: ["", "mayastor", "Replicated", "local", "none", "true", ...hostile],
    className: names,
    replicas: ["", "0", "-1", "2.5", "two", "1001", ...hostile],
    logging: flags,
    chartVersion: ["", "4", "4.2.0", "4.5.0", "v4.4.0", "latest", ...hostile],
    chartRepository: addresses,
    nfsChartRepository: addresses,
    imageRegistry: ["", "https://registry.example.com", "a b", "registry.example.com/", "-a", "a/B", ...hostile],
  },
  "storage.pools[0]": {
    node: names,
    disk: ["", "sdb", "/dev/sdb", "/dev/disk/by-id/", "nvme:///dev/x", "malloc:///x", ...hostile],
    replace: flags,
  },
  nodeSsh: {
    user: ["", "Root", "a b", "0root", "root;id", "a/b", ...hostile],
    port: ports,
  },
  "nodeSsh.hosts.k0": {
    host: ["", "-a", "a b", "https://a", "a_b", "a/b", ...hostile],
    hostKey: [
      ...["", "ssh-rsa AAAA", "ssh-ed25519", "ssh-ed25519 short", "AAAA", "ecdsa-sha2-nistp999 AAAA"],
      `ssh-ed25519 ${"A".repeat(68)} $(reboot)`,
      ...hostile,
    ],
  },
  "plugins[0]": extension,
  "themes[0]": extension,
};

/** Values that are not an object or not a list. */
const wholes: Readonly<Record<string, readonly string[]>> = {
  storage: ["fast", "true", "1", "[]", "null", '"replicated"', ...hostile],
  nodeSsh: ["root", "true", "22", "[]", "null", '"k0"', ...hostile],
  pageCache: ["on", "false", "5", "[]", "null", '"nginx"', ...hostile],
  objectCache: ["on", "true", "1", "[]", "null", '"valkey"', ...hostile],
  "nodeSsh.hosts": ["k0", "true", "22", "[]", "null", '"k0"', ...hostile],
  "storage.pools": ["k0", "true", "1", "{}", "null", '"/dev/sdb"', ...hostile],
  plugins: ["akismet", "true", "1", "{}", "null", '"akismet"', ...hostile],
  themes: ["twenty", "true", "1", "{}", "null", '"twenty"', ...hostile],
};

/** Secret keys, whose values no message may show. */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
  adminPassword: [
    "",
    "short",
    "seven77",
    "two\nlines of it",
    "a return\r",
    "a zero\0 in it",
    "x".repeat(201),
    "x".repeat(10_000),
  ],
  nodeSshPrivateKey: ["", "/home/me/.ssh/key", "ssh-ed25519 AAAA", "-----BEGIN CERTIFICATE-----", ...hostile],
};

/** A configuration in which this value of an object is the only error. */
function configOf(place: string, key: string, value: string): Record<string, string> {
  const pools = [{ node: "k0", disk: "/dev/disk/by-id/x" }];
  const replicated = { engine: "replicated", pools };
  const host = { host: "192.0.2.10", hostKey: `ssh-ed25519 ${"A".repeat(68)}` };
  const ssh = (more: object, k0: object = host) => ({
    storage: JSON.stringify(replicated),
    nodeSsh: JSON.stringify({ hosts: { k0 }, ...more }),
    nodeSshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----",
  });
  const changed = { [key]: value };
  switch (place) {
    case "storage":
      return {
        storage: JSON.stringify({ ...(key === "className" || key === "engine" ? {} : replicated), ...changed }),
      };
    case "storage.pools[0]":
      return { storage: JSON.stringify({ ...replicated, pools: [{ ...pools[0], ...changed }] }) };
    case "pageCache":
    case "objectCache":
      return { content: "shared", contentStorageClass: "many", [place]: JSON.stringify(changed) };
    case "nodeSsh":
      return ssh(changed);
    case "nodeSsh.hosts.k0":
      return ssh({}, { ...host, ...changed });
    default: {
      const entry = { slug: "classic-editor", version: "1.6.7", sha256: "0".repeat(64), ...changed };
      return { content: "shared", contentStorageClass: "many", [place.replace("[0]", "")]: JSON.stringify([entry]) };
    }
  }
}

/** A configuration in which this value is the only error. */
function configOfWhole(key: string, value: string): Record<string, string> {
  switch (key) {
    case "nodeSsh.hosts":
      return configOf("nodeSsh", "hosts", value);
    case "storage.pools":
      return { storage: JSON.stringify({ engine: "replicated", pools: value }) };
    case "nodeSsh":
    case "nodeSshPrivateKey":
      return { ...configOf("nodeSsh", "port", "22"), [key]: value };
    case "storage":
      return { [key]: value };
    default:
      return { content: "shared", contentStorageClass: "many", [key]: value };
  }
}

/** Asserts that there is one error of this key, with the value, the allowed values and an example. */
function assertRefused(key: string, value: string, config: Record<string, string>): void {
  const message = refusal(config, ["nodeSshPrivateKey"]);
  const told = message.split("\n  - ").filter((error) => error.startsWith(`${key}: `));
  assert.equal(told.length, 1, `${JSON.stringify(value.slice(0, 40))}: ${message.slice(0, 400)}`);
  const [error = ""] = told;
  assert.match(error, / is not allowed;/, error.slice(0, 300));
  assert.match(error, /expected |one of/, error.slice(0, 300));
  assert.match(error, /example: pulumi config set/, error.slice(0, 300));
  assert.ok(error.includes(JSON.stringify(value).slice(0, 20)), error.slice(0, 300));
  assert.ok(error.length < 1000, `${error.length} characters`);
}

describe("invalid values", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("are listed for every key, at least six each", () => {
    const listed = [
      ...[flat, secretKeys].flatMap((table) => Object.keys(table)),
      ...Object.entries(inside).flatMap(([place, own]) => Object.keys(own).map((key) => `${place}.${key}`)),
      ...["kubernetes:context", "kubernetes:kubeconfig", "kubernetes:upsertExistingObjects"],
    ];
    const paths = (keys: [string, unknown][]) => keys.map(([path]) => path).sort();
    assert.deepEqual(listed.sort(), paths(valueKeys(tree)));
    assert.deepEqual(Object.keys(wholes).sort(), paths(groupKeys(tree)));
    const tables = [flat, wholes, secretKeys, ...Object.values(inside)];
    for (const [key, values] of tables.flatMap((table) => Object.entries(table))) {
      assert.ok(/Rotation$/.test(key) || values.length >= 6, key);
    }
  });

  after(function () {
    if (this.test?.parent?.tests.some(({ state }) => state !== "passed")) return;
    const lists = [flat, wholes, secretKeys, ...Object.values(inside), { upsertExistingObjects: flags }];
    const values = lists.flatMap((table) => Object.values(table));
    record("Configuration", {
      fault:
        "invalid values of each key, at least six per key: empty, of another type, too small or large, `$(…)`, `<?php`, two lines, 10,000 characters",
      holds:
        "refused before any resource is registered, in one line with the key, the value, the allowed values and an example; a secret's value is not shown",
      measured: `${values.flat().length} values of ${values.filter((list) => list.length > 0).length} keys`,
    });
  });

  for (const key of ["keyRotation", "databasePasswordRotation"] as const) {
    it(`do not exist for ${key}, which accepts any text`, () => {
      for (const value of hostile) assert.equal(load({ [key]: value })[key], value);
    });
  }

  it(`of kubernetes:upsertExistingObjects are refused (${flags.length})`, () => {
    const key = "kubernetes:upsertExistingObjects";
    for (const value of flags) assertRefused(key, value, { [key]: value });
  });

  for (const [key, values] of Object.entries(wholes)) {
    it(`of ${key} are refused (${values.length})`, () => {
      for (const value of values) {
        const message = refusal(configOfWhole(key, value), ["nodeSshPrivateKey"]);
        assert.match(
          message,
          new RegExp(
            `- ${key}: .* is not allowed; expected (an object with|a list of) .*; example: pulumi config set --path`,
          ),
          value.slice(0, 40),
        );
        assert.ok(message.length < 2000, `${message.length} characters`);
      }
    });
  }

  for (const [key, values] of Object.entries(secretKeys)) {
    it(`of the secret ${key} are refused without showing them (${values.length})`, () => {
      for (const value of values) {
        const message = refusal(configOfWhole(key, value), [key]);
        assert.match(
          message,
          new RegExp(`- ${key}: is not allowed; expected .*; example: pulumi config set --secret ${key}`),
        );
        // Messages quote values, and cut long ones.
        for (const shown of [value, JSON.stringify(value).slice(0, 20)]) {
          assert.ok(value === "" || !message.includes(shown), message.slice(0, 300));
        }
      }
    });
  }

  for (const [key, values] of Object.entries(flat).filter(([, list]) => list.length > 0)) {
    it(`of ${key} are refused (${values.length})`, () => {
      const shared: Record<string, string> = valueKeys(tree).some(
        ([path, { appliesTo }]) => path === key && appliesTo !== undefined,
      )
        ? { content: "shared", ...(key === "contentStorageClass" ? {} : { contentStorageClass: "many" }) }
        : {};
      for (const value of values) assertRefused(key, value, { ...shared, [key]: value });
    });
  }

  for (const [place, own] of Object.entries(inside)) {
    for (const [key, values] of Object.entries(own)) {
      it(`of ${place}.${key} are refused (${values.length})`, () => {
        for (const value of values) assertRefused(`${place}.${key}`, value, configOf(place, key, value));
      });
    }
  }
});
