import * as assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { failure } from "../support/failure";
import { Visitor } from "./support/http";
import { LabSite } from "./support/labSite";
import { administrator } from "./support/load";
import { objectCacheDropIn } from "./support/objectCacheDropIn";
import { pluginArchive, PluginRepository } from "./support/pluginRepository";
import { SecretSearch } from "./support/secretSearch";
import { sharedPlace, type SitePod, sitePods, wordPressCode } from "./support/sharedSite";

const namespace = "object-cache";
const name = "wordpress-object-cache";
const slug = "redis-cache";
const turnedOn = { "objectCache.enabled": "true" };
const plugin = { [`${slug}.php`]: "<?php\n/* Plugin Name: In the place of Redis Object Cache */\n" };

describe("the object cache", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  let repository: PluginRepository;
  let search: SecretSearch;

  before(async () => {
    site = await LabSite.start(sharedPlace(namespace, 30125, { wordpressReplicas: 2 }));
    search = new SecretSearch(site);
    await site.project.up();
    repository = await PluginRepository.start(site);
    await site.project.configure({ pluginRepository: repository.address });
  });
  after(async () => {
    await site?.stop();
  });

  const kubectl = (...args: string[]) => site.cluster.kubectl("--namespace", namespace, ...args);
  /** Output of PHP code that runs with WordPress in a pod. */
  const php = (pod: SitePod | undefined, code: string) =>
    site.inPod(pod?.metadata.name ?? "", "php", "-r", wordPressCode(code));
  const show = "echo get_option('e2e_value');";
  /** Adds the plugin to the list of the stack. */
  const list = async (version: string, files: Readonly<Record<string, string>>) => {
    const entry = await repository.put(slug, version, await pluginArchive(site, slug, files));
    const settings = Object.entries({ ...entry, active: "false" }).map(([key, value]) => [`plugins[0].${key}`, value]);
    await site.project.configure(Object.fromEntries(settings) as Record<string, string>);
  };

  /** Logs users in, one after another, while `work` runs. @returns the dashboard pages that redirected to the login page */
  async function findLostLogins(work: () => Promise<unknown>): Promise<string[]> {
    const { user, password } = await administrator(site);
    const found: string[] = [];
    let [count, goesOn] = [0, true];
    const visits = (async () => {
      while (goesOn) {
        const visitor = new Visitor(site.address);
        await visitor.login(user, password);
        for (let page = 0; page < 4; page++) {
          const { status, location } = await visitor.get("/wp-admin/index.php");
          count++;
          if (status !== 200) found.push(`${new Date().toISOString()} ${status} ${location}`);
        }
        // The other specs need the CPUs too.
        await wait(1500);
      }
    })();
    try {
      await work();
    } finally {
      goesOn = false;
      await visits;
    }
    assert.ok(count > 0, "no page was requested meanwhile");
    return found;
  }

  it("is turned on in all pods at once, without logging out a user", async () => {
    await list("1.1", { ...plugin, "includes/object-cache.php": objectCacheDropIn });
    await site.project.configure(turnedOn);
    assert.deepEqual(await findLostLogins(() => site.project.up()), []);
    const [first, second] = await sitePods(site);
    assert.equal((await php(first, "echo get_class_methods('WP_Object_Cache')[1];")).trim(), "keep_alone");
    // A change by one pod is visible to the other. A change directly in the database is visible to neither.
    await php(first, "update_option('e2e_value', 'one');");
    assert.equal((await php(second, show)).trim(), "one");
    await site.rows("update wp_options set option_value = 'two' where option_name = 'e2e_value'");
    assert.deepEqual([(await php(first, show)).trim(), (await php(second, show)).trim()], ["one", "one"]);
  });

  it("requires a password that is in no command line, log, object, output, or state", async () => {
    const [pod] = await sitePods(site);
    const asked =
      "$s = stream_socket_client('tcp://wordpress-object-cache:6379'); fwrite($s, \"DBSIZE\\r\\n\"); echo fgets($s);";
    assert.match(await site.inPod(pod?.metadata.name ?? "", "php", "-r", asked), /^-NOAUTH/);
    const places = await search.places();
    for (const [place, text] of Object.entries(places)) assert.ok(text.length > 100, `${place} is empty`);
    const found = await search.found(places);
    // The administrator's password is printed, because these tests log in.
    assert.deepEqual(
      found.filter((place) => !place.startsWith("wordpress-admin/")),
      [],
    );
  });

  it("loses its values without a failed page when its pod is deleted", async () => {
    const failed = await findLostLogins(async () => {
      await kubectl("delete", "pod", `--selector=app=${name}`, "--force", "--grace-period=0");
      await kubectl("rollout", "status", `deployment/${name}`, "--timeout=120s");
    });
    assert.deepEqual(failed, []);
    for (const pod of await sitePods(site)) assert.equal((await php(pod, show)).trim(), "two");
  });

  it("is turned off in all pods at once, without orphaned objects", async () => {
    await site.project.configure({ "objectCache.enabled": "false" });
    assert.deepEqual(await findLostLogins(() => site.project.up()), []);
    await site.cluster.until("nothing of it stays", 60, async () => {
      const names = await kubectl("get", "all,secrets,serviceaccounts,networkpolicies", "--output=name");
      return !names.includes(name);
    });
    const rows = await site.rows("select count(*) from wp_options where option_name = 'wordpress_stack_object_cache'");
    assert.equal(Number(rows), 0);
  });

  it("is not turned on with a plugin that has no drop-in, and the site still serves", async () => {
    await list("1.2", plugin);
    await site.project.configure(turnedOn);
    const output = await failure(site.project.up());
    assert.match(output, /Job wordpress-object-cache-begin failed/);
    assert.match(output, /There is no .*redis-cache\/includes\/object-cache\.php/);
    assert.equal(await site.status(), 200);
  });
});
