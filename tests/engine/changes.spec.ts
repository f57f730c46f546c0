import * as assert from "node:assert";
import { tree } from "../../stacks/config/tree";
import { failure } from "../support/failure";
import { property } from "../support/properties";
import { assertBefore, operations, done, isAbout, only, subjects } from "./support/calls";
import { valueKeys } from "../support/valueKeys";
import { RecordedSite } from "./support/recordedSite";

const preflight = "Command/preflight-check";
const steps = /To move: create a second stack with the new value, copy database and files, then destroy this one/;

describe("pulumi up on a live stack after a changed key", function () {
  this.timeout(20 * 60_000);
  /** Keys that the tests below changed, to compare with all keys. */
  const tried = new Set<string>();
  let site: RecordedSite;

  before(async () => {
    site = await RecordedSite.start();
    await site.up();
  });
  after(() => site.stop());

  const change = async (settings: Readonly<Record<string, string>>) => {
    Object.keys(settings).forEach((key) => tried.add(key));
    return site.up(settings);
  };
  /** Changes keys, asserts that the change is refused, and reverts it. Returns the output. */
  const refused = async (settings: Record<string, string>, takeBack: readonly string[][]): Promise<string> => {
    const output = await failure(change(settings));
    for (const command of takeBack) await site.project.pulumi("config", ...command);
    assert.deepStrictEqual(operations(site.calls), [`update ${preflight}`], "it touched something");
    return output;
  };

  it("wordpressReplicas from 1 to 3 is exactly one update", async () => {
    const { changes, steps: taken } = await change({ wordpressReplicas: "3" });
    assert.strictEqual(changes.update, 1);
    assert.deepStrictEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.deepStrictEqual(operations(site.calls), ["update StatefulSet/wordpress"]);
    assert.deepStrictEqual(
      taken.flatMap(({ paths }) => paths),
      ["spec.replicas"],
    );
    assert.strictEqual(property(only(site.calls, "update", "StatefulSet/wordpress").inputs, "spec.replicas"), 3);
  });

  it("keyRotation creates eight new keys, and rolls the pods by their checksum", async () => {
    const { changes, steps: taken } = await change({ keyRotation: "2" });
    assert.deepStrictEqual({ ...changes, same: 0 }, { same: 0, replace: 8, update: 2 });
    const created = subjects(site.calls, "create");
    assert.strictEqual(created.length, 8);
    assert.deepStrictEqual(
      created.filter((name) => !name.startsWith("RandomPassword/wordpress-keys-")),
      [],
    );
    const rolled = taken.find(({ name, type }) => type.endsWith(":StatefulSet") && name.startsWith("wordpress"));
    assert.deepStrictEqual(rolled?.paths, ['spec.template.metadata.annotations["wordpress/keys-checksum"]']);
  });

  it("keyRotation updates the Secret in place, all eight keys in it", () => {
    const { inputs, oldInputs } = only(site.calls, "update", "Secret/wordpress-secrets");
    const [now, before] = [inputs, oldInputs].map((side) => Object.entries(property(side, "stringData") as object));
    assert.strictEqual(now?.length, 8);
    now.forEach(([key, value], index) => assert.notStrictEqual(value, before?.[index]?.[1], `${key} is the old one`));
  });

  it("keyRotation touches nothing of the database", () => {
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => /mariadb|Namespace/.test(operation)),
      [],
    );
  });

  it("databasePasswordRotation creates another user, rolls the pods to it, and only then drops the first one", async () => {
    const { changes, steps: taken } = await change({ databasePasswordRotation: "2" });
    assert.deepStrictEqual({ ...changes, same: 0 }, { same: 0, replace: 1, update: 6 });
    const order = [
      "Command/mariadb-user",
      "Secret/mariadb",
      "Command/mariadb-user-password",
      "StatefulSet/wordpress",
      "Command/former-users",
    ];
    assert.deepStrictEqual(
      subjects(site.calls, "update").filter((name) => order.includes(name)),
      order,
    );
    const updated = done(site.calls, "update");
    for (const [index, then] of order.slice(1).entries()) assertBefore(updated, order[index] ?? "", then);
    const rolled = taken.filter(({ type }) => type.endsWith(":StatefulSet"));
    assert.deepStrictEqual(
      rolled.flatMap(({ paths }) => paths),
      ['spec.template.metadata.annotations["wordpress/database-checksum"]'],
    );
    assert.deepStrictEqual(site.cluster.database.users, ["wordpress2"]);
    const { inputs, oldInputs } = only(site.calls, "update", "Secret/mariadb");
    const [now, before] = [inputs, oldInputs].map((side) => property(side, "stringData") as Record<string, string>);
    assert.deepStrictEqual([before?.username, now?.username], ["wordpress", "wordpress2"]);
    assert.notStrictEqual(now?.password, before?.password);
    assert.strictEqual(now?.["root-password"], before?.["root-password"]);
  });

  it("databasePasswordRotation reuses the first user's name at the next rotation", async () => {
    await change({ databasePasswordRotation: "3" });
    assert.deepStrictEqual(site.cluster.database.users, ["wordpress"]);
  });

  it("databasePasswordRotation that fails before the Secret changes keeps the pods' user and password, and the next rotation succeeds", async () => {
    const ofPods = () => {
      const secret = site.provider.objects.find((call) => isAbout("Secret/mariadb")(call));
      return property(secret?.inputs, "stringData") as Record<string, string>;
    };
    const before = ofPods();
    site.provider.failOnce({ matches: isAbout("Secret/mariadb", "update"), message: "the server is currently unable" });
    await failure(change({ databasePasswordRotation: "4" }));
    assert.deepStrictEqual(site.cluster.database.users, ["wordpress", "wordpress2"]);
    assert.deepStrictEqual([ofPods(), site.cluster.database.admits(before)], [before, true]);
    await change({ databasePasswordRotation: "5" });
    assert.deepStrictEqual(site.cluster.database.users, ["wordpress3"]);
    assert.ok(site.cluster.database.admits(ofPods()));
  });

  it("mariadbStorage from 1Gi to 2Gi grows the claim, and changes no object that up created", async () => {
    const { changes } = await change({ mariadbStorage: "2Gi" });
    assert.deepStrictEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.deepStrictEqual(operations(site.calls), ["update Command/mariadb-growth", `update ${preflight}`]);
    assertBefore(done(site.calls, "update"), preflight, "Command/mariadb-growth");
    assert.strictEqual(site.cluster.claimSizes["data-mariadb-0"], "2Gi");
  });

  it("all other mutable keys changed at once are updates in place", async () => {
    const { changes } = await change({
      wordpressReplicas: "4",
      wordpressImage: "wordpress:6.8-php8.4-apache",
      wordpressStorage: "3Gi",
      wordpressNodePort: "30008",
      mariadbImage: "mariadb:10.11.6",
      dataRetention: "retain",
      egress: '["192.0.2.0/24"]',
      externalTrafficPolicy: "Local",
      trustedProxies: '["192.0.2.0/24"]',
    });
    assert.deepStrictEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.deepStrictEqual(operations(site.calls), [
      "update Command/mariadb-user-password",
      `update ${preflight}`,
      "update Command/volumes",
      "update Command/wordpress-growth",
      "update ConfigMap/wordpress-pods",
      "update NetworkPolicy/wordpress-egress",
      "update Service/wordpress",
      "update StatefulSet/mariadb",
      "update StatefulSet/wordpress",
    ]);
  });

  it("mariadbImage of a newer series is refused without mariadbUpgrade allow, and touches nothing", async () => {
    const output = await refused({ mariadbImage: "mariadb:11.8" }, [["set", "mariadbImage", "mariadb:10.11.6"]]);
    assert.match(
      output,
      /mariadbImage: MariaDB 11\.8 would upgrade the files of 10\.11, and there is no downgrade\. Keep: /,
    );
  });

  it("mariadbImage of a newer series is an update in place with mariadbUpgrade allow, and the way back is refused", async () => {
    site.cluster.database.version = "11.8.9-MariaDB";
    const { changes } = await change({ mariadbImage: "mariadb:11.8", mariadbUpgrade: "allow" });
    assert.deepStrictEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.deepStrictEqual(operations(site.calls), [
      "update Command/mariadb-user-password",
      `update ${preflight}`,
      "update StatefulSet/mariadb",
    ]);
    const back = await refused({ mariadbImage: "mariadb:10.11.6" }, [["set", "mariadbImage", "mariadb:11.8"]]);
    assert.match(back, /mariadbImage: MariaDB 10\.11 cannot read the files of 11\.8\. Keep: .* mariadb:11\.8\./);
  });

  it("wordpressImage that is removed is refused if the default is another image, with the commands to keep or change it", async () => {
    await site.project.pulumi("config", "rm", "wordpressImage");
    const output = await refused({}, [["set", "wordpressImage", "wordpress:6.8-php8.4-apache"]]);
    assert.match(
      output,
      /wordpressImage: not set, so it would change from wordpress:6\.8-php8\.4-apache to the default (\S+); choose one\. Keep: pulumi config set wordpressImage wordpress:6\.8-php8\.4-apache\. Change: pulumi config set wordpressImage \1/,
    );
  });

  it("a pod that is added after a growth gets a claim of the new size", () => {
    const { claimSizes } = site.cluster;
    const ofWordPress = Object.entries(claimSizes).filter(([name]) => name.startsWith("data-wordpress-"));
    assert.deepStrictEqual(
      ofWordPress.map(([, size]) => size),
      ["3Gi", "3Gi", "3Gi", "3Gi"],
    );
  });

  it("another default storage class of the cluster changes no claim, even if the preflight reruns", async () => {
    site.cluster.defaultClass = "fast";
    await change({ wordpressNodePort: "30009" });
    site.cluster.defaultClass = "standard";
    assert.deepStrictEqual(operations(site.calls), [
      `update ${preflight}`,
      "update Command/preflight-record",
      "update Service/wordpress",
    ]);
  });

  it("a smaller mariadbStorage is refused, and touches nothing", async () => {
    const output = await refused({ mariadbStorage: "1Gi" }, [["set", "mariadbStorage", "2Gi"]]);
    assert.match(output, /mariadbStorage: "1Gi" is not allowed.*data-mariadb-0 has 2Gi.*expected at least 2Gi/);
  });

  it("another storage.className is refused with the fix, and touches no StatefulSet", async () => {
    const output = await refused({ "storage.className": "fast" }, [["rm", "--path", "storage.className"]]);
    assert.match(output, /storage\.className: "fast" is not allowed on this stack: it has data on "standard"/);
    assert.match(output, /Keep it: pulumi config set --path storage\.className standard\./);
    assert.match(output, steps);
  });

  it("another namespace is refused with the fix, and touches nothing", async () => {
    const output = await refused({ namespace: "elsewhere" }, [["rm", "namespace"]]);
    assert.match(output, /namespace: "elsewhere" is not allowed on this stack: it has data on "wordpress"/);
    assert.match(output, /Keep it: pulumi config set namespace wordpress\./);
    assert.match(output, steps);
  });

  it("another storage.engine is refused with the fix, and installs nothing", async () => {
    const output = await refused({ "storage.engine": "hostpath" }, [["set", "--path", "storage.engine", "existing"]]);
    assert.match(output, /storage\.engine: "hostpath" is not allowed on this stack: it has data on "existing"/);
    assert.doesNotMatch(output, /storage\.className: /);
    assert.match(output, steps);
  });

  it("another context is refused, and touches neither cluster", async () => {
    const output = await refused({ "kubernetes:context": "other" }, [["rm", "kubernetes:context"]]);
    assert.match(output, /kubernetes:context: "other" .* leads to another cluster/);
  });

  it("another cluster behind the same context is refused, and touches neither cluster", async () => {
    site.cluster.incarnation += 1;
    const output = await refused({}, []);
    site.cluster.incarnation -= 1;
    assert.match(output, /kubernetes:context: "small" \(https:\/\/small-2\..*\) leads to another cluster/);
  });

  it("keyRotation with dataRetention retain creates new keys after refused changes, and changes nothing else", async () => {
    await change({ keyRotation: "3" });
    assert.deepStrictEqual(
      operations(site.calls).filter((operation) => !/RandomPassword/.test(operation)),
      ["update Secret/wordpress-secrets", "update StatefulSet/wordpress"],
    );
  });

  it("the tests of this file change every key except those of other spec files", () => {
    // openEbs.spec.ts and nfs.spec.ts change those of a stack that installs OpenEBS, sharedContent.spec.ts `content`.
    const others = ["chartRepository", "chartVersion", "imageRegistry", "logging", "nfsChartRepository", "replicas"];
    const untried = ["content", ...others.map((key) => `storage.${key}`)];
    const ofOtherSpecs = /^(pageCache|objectCache|plugins|themes|nodeSsh|kubernetes:)|\[/;
    const all = valueKeys(tree)
      .filter(([path, { appliesTo }]) => appliesTo?.content === undefined && !ofOtherSpecs.test(path))
      .map(([path]) => path);
    assert.deepStrictEqual(all.filter((key) => !tried.has(key)).sort(), untried, "keys that no test here changes");
  });

  it("no change of any key deletes or recreates a StatefulSet", () => {
    const made = operations(site.allCalls).filter((operation) => /^(create|delete) StatefulSet/.test(operation));
    assert.deepStrictEqual(made, ["create StatefulSet/mariadb", "create StatefulSet/wordpress"]);
  });
});
