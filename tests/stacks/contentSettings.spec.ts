import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { defaults, finding, load, refusal } from "../support/loadedSettings";
import { registeredBy } from "../support/mocks";

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
  pageCache: { image: "nginx:1.30", seconds: 5 },
  objectCache: undefined,
};

const valueOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

describe("the settings of shared content", () => {
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
    ["pageCache", '{"seconds":3600}', { image: "nginx:1.30", seconds: 3600 }],
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
      "registry.example:5000/nginx", // A version of somebody's own says nothing of nginx's.
      "registry.example/page-cache:1.2.0",
    ].map((image): [string, string, unknown] => ["pageCache", JSON.stringify({ image }), { image, seconds: 5 }]),
  ];
  it("are the design's defaults where nothing else is set", () => {
    assert.deepEqual(load(single), { ...defaults, content: shared });
  });
  for (const [key, text, value] of takenShared) {
    it(`take ${key} ${text}`, () => {
      assert.deepEqual(load({ ...single, [key]: text }).content, { ...shared, [key]: value ?? text });
    });
  }

  it("have no page cache where it is turned off", () => {
    const pageCache = '{"enabled":false,"seconds":7}';
    assert.deepEqual(load({ ...single, pageCache }).content, { ...shared, pageCache: undefined });
  });

  it("have an object cache where it is turned on, with the plugin by which it is reached", () => {
    const plugin = { slug: "redis-cache", version: "2.6.3", sha256: "0".repeat(64) };
    const plugins = JSON.stringify([plugin]);
    const objectCache = '{"enabled":true,"memory":"1Gi"}';
    assert.deepEqual(load({ ...single, plugins, objectCache }).content, {
      ...shared,
      plugins: [{ ...plugin, active: true }],
      objectCache: { image: "valkey/valkey:8.1", memory: "1Gi" },
    });
    assert.deepEqual(load({ ...single, plugins, objectCache: '{"memory":"1Gi"}' }).content, {
      ...shared,
      plugins: [{ ...plugin, active: true }],
    });
    const missing = (index: number) =>
      "objectCache.enabled: is true, and WordPress reaches it by the plugin redis-cache, which is not in plugins; add it, " +
      `with its version and sha256: pulumi config set --path 'plugins[${index}].slug' redis-cache`;
    assert.equal(finding({ ...single, objectCache }), missing(0));
    const other = JSON.stringify([{ ...plugin, slug: "akismet" }]);
    assert.equal(finding({ ...single, plugins: other, objectCache }), missing(1));
    // A list that is none has no entries.
    const [, ...findings] = refusal({ ...single, plugins: "redis-cache", objectCache }).split("\n  - ");
    assert.deepEqual(findings, [
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
    ["adminEmail", "nobody", "an e-mail address"],
    ["fileModifications", "no", "true or false"],
    ["uploadLimit", "3Gi", "a Kubernetes quantity from 1Mi to 2Gi"],
    ["uploadLimit", "1023Ki", "a Kubernetes quantity from 1Mi to 2Gi"],
    ["phpMemory", "63Mi", "a Kubernetes quantity from 64Mi to 2Gi"],
  ];
  for (const [key, text, allowed] of refusedShared) {
    it(`refuse ${key} ${JSON.stringify(text.slice(0, 20))}, saying what is allowed`, () => {
      const message = finding({ ...single, [key]: text });
      assert.ok(message.includes(`is not allowed; expected ${allowed}; example: pulumi config set`), message);
      assert.ok(message.startsWith(`${key}: "`), message);
    });
  }

  for (const [engine, className, begin] of [
    ["hostpath", "openebs-hostpath", "Name another one"],
    [
      "replicated",
      "openebs-replicated",
      "Leave it to the stack, which brings one by NFS: pulumi config rm contentStorageClass; or name another one",
    ],
    ["replicated", "openebs-nfs-server", "Leave it to the stack"],
  ] as const) {
    it(`refuse ${className} for many nodes, which the engine ${engine} brings for one, with the ways out`, () => {
      const pools = [{ node: "k0", disk: "/dev/disk/by-id/x" }];
      const storage = JSON.stringify(engine === "replicated" ? { engine, pools } : { engine });
      const message = finding({ content: "shared", storage, contentStorageClass: className });
      assert.ok(
        message.startsWith(
          `contentStorageClass: "${className}" is OpenEBS's, and gives volumes that one node writes to`,
        ),
      );
      assert.ok(message.includes(` needs ReadWriteMany. ${begin}`), message);
      assert.match(message, /contentAccessMode ReadWriteOnce, or give .* content perPod$/);
      const one = { contentAccessMode: "ReadWriteOnce" };
      assert.equal(
        load({ content: "shared", storage, contentStorageClass: className, ...one }).content.content,
        "shared",
      );
    });
  }

  it("take openebs-nfs-server for many nodes where another one made it", () => {
    for (const engine of ["existing", "hostpath"]) {
      const storage = JSON.stringify({ engine });
      const { content } = load({ content: "shared", storage, contentStorageClass: "openebs-nfs-server" });
      assert.deepEqual(content, {
        ...shared,
        contentStorageClass: "openebs-nfs-server",
        contentAccessMode: "ReadWriteMany",
      });
    }
  });

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
  it("take plugins, active unless they say otherwise, and themes, which are not", () => {
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
    [
      "plugins",
      [entry, entry],
      /^plugins\[1\]\.slug: "classic-editor" is that of plugins\[0\] as well; each is on the list once$/,
    ],
    [
      "themes",
      [
        { ...entry, active: true },
        { ...entry, slug: "b", active: true },
      ],
      /^themes\[1\]\.active: is true for themes\[0\] as well, and a site has one theme; example: pulumi config set --path 'themes\[1\]\.active' false$/,
    ],
  ];
  for (const [key, list, message] of badLists) {
    it(`refuse ${key} ${message}`, () => {
      assert.match(finding({ ...single, [key]: typeof list === "string" ? list : JSON.stringify(list) }), message);
    });
  }

  it("refuse two plugins without a slug, and do not take them for the same one", () => {
    const nameless = { version: entry.version, sha256: entry.sha256 };
    const plugins = JSON.stringify([nameless, nameless]);
    assert.deepEqual(refusal({ ...single, plugins }).match(/(?<=\n {2}- ).*(?=; expected)/g), [
      "plugins[0].slug: not set",
      "plugins[1].slug: not set",
    ]);
    assert.doesNotMatch(refusal({ ...single, plugins }), /as well/);
  });

  it("refuse with content per pod what is for shared content only", () => {
    assert.equal(
      finding({ siteUrl: "https://a.example" }),
      "siteUrl: is for content: shared, and content is perPod; remove it: pulumi config rm siteUrl",
    );
  });

  it("refuse a password of the administrator's that is in clear, too short or too long", () => {
    assert.match(finding({ ...single, adminPassword: "long enough" }), /is in clear in the stack file.*set --secret/);
    const short = finding({ ...single, adminPassword: "short" }, ["adminPassword"]);
    const refused =
      "adminPassword: is not allowed; expected 8 to 200 characters on one line; example: pulumi config set --secret adminPassword";
    assert.equal(short, refused);
    for (const length of [7, 201]) {
      assert.equal(finding({ ...single, adminPassword: "x".repeat(length) }, ["adminPassword"]), refused);
    }
  });

  it("keep a password of 8 to 200 characters as a secret", async () => {
    for (const adminPassword of ["x".repeat(8), "x".repeat(200)]) {
      const { content } = load({ ...single, adminPassword }, ["adminPassword"]);
      assert.ok(content.content === "shared" && content.adminPassword);
      assert.equal(await valueOf(content.adminPassword), adminPassword);
      assert.ok(await pulumi.isSecret(content.adminPassword));
    }
  });
});
