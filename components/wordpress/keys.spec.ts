import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { defaults, errorOf, load, loadValues, refusal } from "../../tests/support/loadedConfig";
import { registeredBy } from "../../tests/support/mocks";

/** The defaults of shared content on one node. */
const shared = { ...defaults, content: "shared", contentAccessMode: "ReadWriteOnce" };

const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

describe("configuration keys of shared content", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  const single = { content: "shared", contentAccessMode: "ReadWriteOnce" };
  const takenShared: [string, string, unknown][] = [
    ["contentStorageClass", "nfs.fast", undefined],
    ["contentMigration", "merge", undefined],
    ["siteUrl", "https://blog.example.com", undefined],
    ["siteUrl", "http://192.0.2.1:8080", undefined],
    ["siteHosts", '["a.example","b.example"]', ["a.example", "b.example"]],
    ["siteHosts", '["2001:db8::7","192.0.2.1"]', ["[2001:db8::7]", "192.0.2.1"]],
    ["siteTitle", `It's "$(id)" <?php ?> \u{1F600}`, undefined],
    ["adminUser", "Ada Lovelace", undefined],
    ["adminEmail", "ada+blog@example.com", undefined],
    ["fileModifications", "false", false],
    ["uploadLimit", "2Gi", undefined],
    ["phpMemory", "64Mi", undefined],
    ["pageCache", '{"seconds":3600}', { ...defaults.pageCache, seconds: 3600 }],
    ...[
      "registry.example/nginx:1.28",
      "nginx:1.27.3",
      "nginx:1.27.10-alpine",
      "nginx:2.0",
      "nginx:1.27",
      "nginx:1",
      "nginx",
      "nginx:mainline",
      "nginx:stable-alpine",
      `nginx@sha256:${"0".repeat(64)}`,
      "registry.example:5000/nginx", // The version of an image of one's own says nothing about nginx's.
      "registry.example/page-cache:1.2.0",
    ].map((image): [string, string, unknown] => [
      "pageCache",
      JSON.stringify({ image }),
      { ...defaults.pageCache, image },
    ]),
  ];
  it("have the documented defaults where nothing else is set", () => {
    assert.deepEqual(loadValues(single), shared);
  });
  for (const [key, text, value] of takenShared) {
    it(`take ${key} ${text}`, () => {
      assert.deepEqual(loadValues({ ...single, [key]: text }), { ...shared, [key]: value ?? text });
    });
  }

  it("turn the page cache off by pageCache.enabled", () => {
    const pageCache = '{"enabled":false,"seconds":7}';
    const expected = { ...defaults.pageCache, enabled: false, seconds: 7 };
    assert.deepEqual(loadValues({ ...single, pageCache }), { ...shared, pageCache: expected });
  });

  it("turn the object cache on only with the plugin redis-cache", () => {
    const plugin = { slug: "redis-cache", version: "2.6.3", sha256: "0".repeat(64) };
    const plugins = JSON.stringify([plugin]);
    const objectCache = '{"enabled":true,"memory":"1Gi"}';
    assert.deepEqual(loadValues({ ...single, plugins, objectCache }), {
      ...shared,
      plugins: [{ ...plugin, active: true }],
      objectCache: { ...defaults.objectCache, enabled: true, memory: "1Gi" },
    });
    assert.deepEqual(loadValues({ ...single, plugins, objectCache: '{"memory":"1Gi"}' }), {
      ...shared,
      plugins: [{ ...plugin, active: true }],
      objectCache: { ...defaults.objectCache, memory: "1Gi" },
    });
    const missing = (index: number) =>
      "objectCache.enabled: true needs the plugin redis-cache, which is not in plugins; add it with its version and " +
      `sha256: pulumi config set --path 'plugins[${index}].slug' redis-cache`;
    assert.equal(errorOf({ ...single, objectCache }), missing(0));
    const other = JSON.stringify([{ ...plugin, slug: "akismet" }]);
    assert.equal(errorOf({ ...single, plugins: other, objectCache }), missing(1));
    // A list that is none has no entries.
    const [, ...errors] = refusal({ ...single, plugins: "redis-cache", objectCache }).split("\n  - ");
    assert.deepEqual(errors, [
      'plugins: "redis-cache" is not allowed; expected a list of { slug, version, sha256, active }; example: ' +
        "pulumi config set --path 'plugins[0].slug' classic-editor",
      missing(0),
    ]);
  });

  const refusedShared: [string, string, string][] = [
    ["contentAccessMode", "ReadOnlyMany", "ReadWriteMany or ReadWriteOnce"],
    ["siteUrl", "blog.example.com", "an http or https URL of a host, without a path"],
    ["siteUrl", "https://blog.example.com/", "an http or https URL of a host, without a path"],
    ["siteUrl", "https://a'.example", "an http or https URL of a host, without a path"],
    ["siteHosts", "a.example", "a list of host names in lower case and of IP addresses, without port"],
    ["siteHosts", '["a.example:80"]', "a list of host names in lower case and of IP addresses, without port"],
    ["siteTitle", "two\nlines", "1 to 200 characters on one line"],
    ["siteTitle", "x".repeat(201), "1 to 200 characters on one line"],
    ["adminUser", "<script>", "a login: 1 to 60 of a-z, A-Z, 0-9, space, _ . - @"],
    ["adminEmail", "postmaster", "an e-mail address"],
    ["fileModifications", "no", "true or false"],
    ["uploadLimit", "3Gi", "a Kubernetes quantity from 1Mi to 2Gi"],
    ["uploadLimit", "1023Ki", "a Kubernetes quantity from 1Mi to 2Gi"],
    ["phpMemory", "63Mi", "a Kubernetes quantity from 64Mi to 2Gi"],
  ];
  for (const [key, text, allowed] of refusedShared) {
    it(`refuse ${key} ${JSON.stringify(text.slice(0, 20))}, saying what is allowed`, () => {
      const message = errorOf({ ...single, [key]: text });
      assert.ok(message.includes(`is not allowed; expected ${allowed}; example: pulumi config set`), message);
      assert.ok(message.startsWith(`${key}: "`), message);
    });
  }

  for (const [engine, className, begin] of [
    ["hostpath", "openebs-hostpath", "Name another one"],
    [
      "replicated",
      "openebs-replicated",
      "Leave it to the stack, which manages an NFS class: pulumi config rm contentStorageClass; or name another one",
    ],
    ["replicated", "openebs-nfs-server", "Leave it to the stack"],
  ] as const) {
    it(`refuse ${className} of storage.engine ${engine} for ReadWriteMany, and name the alternatives`, () => {
      const pools = [{ node: "k0", disk: "/dev/disk/by-id/x" }];
      const storage = JSON.stringify(engine === "replicated" ? { engine, pools } : { engine });
      const message = errorOf({ content: "shared", storage, contentStorageClass: className });
      assert.ok(
        message.startsWith(`contentStorageClass: "${className}" is OpenEBS's, and its volumes are ReadWriteOnce`),
      );
      assert.ok(message.includes(` needs ReadWriteMany. ${begin}`), message);
      assert.match(message, /contentAccessMode ReadWriteOnce, or give .* content perPod$/);
      const one = { contentAccessMode: "ReadWriteOnce" };
      assert.equal(
        load({ content: "shared", storage, contentStorageClass: className, ...one }).contentStorageClass,
        className,
      );
    });
  }

  it("take openebs-nfs-server for ReadWriteMany where the stack does not manage it", () => {
    for (const engine of ["existing", "hostpath"]) {
      const storage = JSON.stringify({ engine });
      const config = loadValues({ content: "shared", storage, contentStorageClass: "openebs-nfs-server" });
      assert.deepEqual(config, {
        ...shared,
        storage: { ...defaults.storage, engine },
        contentStorageClass: "openebs-nfs-server",
        contentAccessMode: "ReadWriteMany",
      });
    }
  });

  it("refuse shared content on several nodes without a storage class, and name three alternatives", () => {
    const message = errorOf({ content: "shared" });
    assert.equal(
      message,
      "contentStorageClass: not set, and content: shared on several nodes needs a ReadWriteMany storage class. " +
        "Name one: pulumi config set contentStorageClass NAME, or keep all pods on one node: " +
        "pulumi config set contentAccessMode ReadWriteOnce, or give each pod files of its own: pulumi config set content perPod",
    );
  });

  const entry = { slug: "classic-editor", version: "1.6.7", sha256: "0123456789abcdef".repeat(4) };
  it("take plugins, active unless they say otherwise, and themes, which are not", () => {
    const config = loadValues({
      ...single,
      plugins: JSON.stringify([entry, { ...entry, slug: "akismet", active: false }]),
      themes: JSON.stringify([entry, { ...entry, slug: "twenty", active: true }]),
    });
    assert.deepEqual(config, {
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
    ["plugins", [{ ...entry, checksum: "x" }], /^plugins\[0\]\.checksum: unknown key;/],
    [
      "plugins",
      [entry, entry],
      /^plugins\[1\]\.slug: "classic-editor" is already that of plugins\[0\]; remove one of the two$/,
    ],
    [
      "themes",
      [
        { ...entry, active: true },
        { ...entry, slug: "b", active: true },
      ],
      /^themes\[1\]\.active: is true, and so is themes\[0\]\.active; a site has one active theme; example: pulumi config set --path 'themes\[1\]\.active' false$/,
    ],
  ];
  for (const [key, list, message] of badLists) {
    it(`refuse ${key} ${message}`, () => {
      assert.match(errorOf({ ...single, [key]: typeof list === "string" ? list : JSON.stringify(list) }), message);
    });
  }

  it("refuse two plugins without a slug, and do not take them for the same one", () => {
    const nameless = { version: entry.version, sha256: entry.sha256 };
    const plugins = JSON.stringify([nameless, nameless]);
    assert.deepEqual(refusal({ ...single, plugins }).match(/(?<=\n {2}- ).*(?=; expected)/g), [
      "plugins[0].slug: not set",
      "plugins[1].slug: not set",
    ]);
    assert.doesNotMatch(refusal({ ...single, plugins }), /already/);
  });

  it("refuse keys of shared content with content: perPod", () => {
    assert.equal(
      errorOf({ siteUrl: "https://a.example" }),
      "siteUrl: applies to content: shared, and content is perPod; remove it: pulumi config rm siteUrl",
    );
  });

  it("refuse an adminPassword that is in plain text, too short or too long", () => {
    assert.match(
      errorOf({ ...single, adminPassword: "long enough" }),
      /is in plain text in the stack file.*set --secret/,
    );
    const short = errorOf({ ...single, adminPassword: "short" }, ["adminPassword"]);
    const refused =
      "adminPassword: is not allowed; expected 8 to 200 characters on one line; example: pulumi config set --secret adminPassword";
    assert.equal(short, refused);
    for (const length of [7, 201]) {
      assert.equal(errorOf({ ...single, adminPassword: "x".repeat(length) }, ["adminPassword"]), refused);
    }
  });

  it("keep an adminPassword of 8 to 200 characters as a secret", async () => {
    for (const adminPassword of ["x".repeat(8), "x".repeat(200)]) {
      const config = load({ ...single, adminPassword }, ["adminPassword"]);
      assert.ok(config.adminPassword);
      assert.equal(await valueOf(config.adminPassword), adminPassword);
      assert.ok(await pulumi.isSecret(config.adminPassword));
    }
  });
});
