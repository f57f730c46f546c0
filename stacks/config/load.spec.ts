import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { defaults, errorOf, load, loadValues, refusal } from "../../tests/support/loadedConfig";
import { registeredBy } from "../../tests/support/mocks";

describe("loadConfig", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("returns the documented defaults for unset keys", () => {
    assert.deepEqual(loadValues({}), defaults);
  });

  it("reports which keys the stack file sets, also inside objects", () => {
    const { isSet } = load({ wordpressImage: "wordpress:7.1-apache", storage: '{"engine":"hostpath"}' });
    assert.deepEqual(["wordpressImage", "mariadbImage", "storage.engine", "storage.chartVersion"].filter(isSet), [
      "wordpressImage",
      "storage.engine",
    ]);
  });

  const taken: [string, string, unknown][] = [
    ["namespace", "a", "a"],
    ["namespace", "a".repeat(63), "a".repeat(63)],
    ["wordpressReplicas", "1", 1],
    ["wordpressReplicas", "100", 100],
    ["wordpressImage", "registry.example.com:5000/team/wordpress:6.8-php8.4-apache", undefined],
    ["wordpressImage", `wordpress@sha256:${"0".repeat(64)}`, undefined],
    ["wordpressStorage", "1Gi", undefined],
    ["wordpressStorage", "1.5Ti", undefined],
    ["wordpressNodePort", "30000", 30000],
    ["wordpressNodePort", "32767", 32767],
    ["mariadbImage", "mariadb:10.11.9", undefined],
    ["mariadbUpgrade", "allow", undefined],
    ["mariadbStorage", "1", undefined],
    ["mariadbStorage", "2e9", undefined],
    ["dataRetention", "delete", undefined],
    ["dataRetention", "retain", undefined],
    ["keyRotation", "", undefined],
    ["keyRotation", "after the leak, 2026", undefined],
    ["databasePasswordRotation", "", undefined],
    ["databasePasswordRotation", "after the leak, 2026", undefined],
    ["content", "perPod", undefined],
  ];
  for (const [key, text, value] of taken) {
    it(`accepts ${key} ${text.length > 40 ? `${text.slice(0, 40)}…` : `"${text}"`}`, () => {
      assert.deepEqual(loadValues({ [key]: text }), { ...defaults, [key]: value ?? text });
    });
  }

  it("reads keys of storage and of the Kubernetes provider", () => {
    const config = loadValues({
      storage: '{"engine":"existing","className":"fast.ssd"}',
      "kubernetes:context": "lab",
      "kubernetes:kubeconfig": "~/lab",
      "kubernetes:upsertExistingObjects": "true",
    });
    assert.deepEqual(config, {
      ...defaults,
      storage: { ...defaults.storage, className: "fast.ssd" },
      "kubernetes:context": "lab",
      "kubernetes:kubeconfig": "~/lab",
      "kubernetes:upsertExistingObjects": true,
    });
  });

  const dnsLabel = "a DNS label: 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends";
  const image = "an image reference: [registry/]name[:tag][@sha256:…]";
  const replicas = "a whole number from 1 to 100; example: pulumi config set wordpressReplicas 3";
  const nodePort = "a whole number from 30000 to 32767; example: pulumi config set wordpressNodePort 30007";
  const refused: [string, string, string][] = [
    ["namespace", "", `${dnsLabel}; example: pulumi config set namespace wordpress`],
    ["namespace", "a".repeat(64), `${dnsLabel}; example: pulumi config set namespace wordpress`],
    ["namespace", "Word_Press", `${dnsLabel}; example: pulumi config set namespace wordpress`],
    ["namespace", "A".repeat(80), `${dnsLabel}; example: pulumi config set namespace wordpress`],
    ["wordpressReplicas", "0", replicas],
    ["wordpressReplicas", "101", replicas],
    ["wordpressReplicas", "2.5", replicas],
    ["wordpressReplicas", "8Gi", replicas],
    ["wordpressReplicas", "three", replicas],
    ["wordpressImage", "WordPress", `${image}; example: pulumi config set wordpressImage wordpress:7.1-php8.4-apache`],
    ["wordpressImage", "wordpress:", `${image}; example: pulumi config set wordpressImage wordpress:7.1-php8.4-apache`],
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
    it(`refuses ${key} "${text.slice(0, 12)}", and the message says what is allowed`, () => {
      assert.equal(errorOf({ [key]: text }), `${key}: "${text}" is not allowed; expected ${expectation}`);
    });
  }

  it("refuses unknown keys and names the most similar key", () => {
    assert.equal(
      errorOf({ wordpressReplica: "3" }),
      "wordpressReplica: unknown key; did you mean wordpressReplicas? " +
        "Remove it: pulumi config rm wordpressReplica",
    );
    assert.equal(
      errorOf({ storage: '{"classname":"fast"}' }),
      "storage.classname: unknown key; did you mean storage.className? " +
        "Remove it: pulumi config rm --path storage.classname",
    );
    assert.equal(
      errorOf({ "kubernetes:namespace": "x" }),
      "kubernetes:namespace: unknown key; this program reads kubernetes:context, kubernetes:kubeconfig, kubernetes:upsertExistingObjects",
    );
  });

  it("refuses a flat storage.engine with the intended command", () => {
    assert.equal(
      errorOf({ "storage.engine": "hostpath" }),
      "storage.engine: is a key inside the object storage; set it with --path: " +
        "pulumi config set --path storage.engine hostpath, and remove this one: pulumi config rm storage.engine",
    );
  });

  it("refuses a storage that is not an object, and values of another type in it", () => {
    for (const text of ["hostpath", "[]", "7", "null"]) {
      assert.equal(
        errorOf({ storage: text }),
        `storage: "${text}" is not allowed; expected an object with the keys engine, className, replicas, logging, chartVersion, ` +
          "chartRepository, imageRegistry, pools, nfsChartRepository; example: pulumi config set --path storage.engine existing",
      );
    }
    assert.match(
      errorOf({ storage: '{"className":{"name":"x"}}' }),
      /^storage\.className: "\{\\"name\\":\\"x\\"\}" is not allowed/,
    );
  });

  it("refuses a namespace that storage.engine creates, and ignores it if the engine is invalid", () => {
    for (const namespace of ["openebs", "openebs-nfs"]) {
      assert.equal(
        errorOf({ storage: '{"engine":"hostpath"}', namespace }),
        `namespace: "${namespace}" is one that storage.engine hostpath creates; choose another one: ` +
          "pulumi config set namespace wordpress",
      );
      assert.match(
        errorOf({ storage: '{"engine":"mayastor"}', namespace }),
        /^storage\.engine: "mayastor" is not allowed;/,
      );
      assert.equal(load({ storage: '{"engine":"existing"}', namespace }).namespace, namespace);
    }
  });

  it("reports all errors at once", () => {
    const message = refusal({ wordpressReplicas: "0", namespace: "-", plugin: "x" });
    assert.ok(message.startsWith("Invalid configuration (3 errors); nothing was changed:"));
    assert.deepEqual(message.match(/(?<=\n {2}- )\w+/g), ["plugin", "namespace", "wordpressReplicas"]);
  });

  it("cuts a long value in the message", () => {
    for (const length of [81, 10_000]) {
      assert.equal(
        errorOf({ namespace: "x".repeat(length) }),
        `namespace: "${"x".repeat(79)}…" is not allowed; expected ${dnsLabel}; example: pulumi config set namespace wordpress`,
      );
    }
  });
});
