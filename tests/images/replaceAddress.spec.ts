import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../../lab/support/paths";
import { SiteBench } from "./support/siteBench";

const old = "http://127.0.0.1:30007";
const next = "https://blog.example.com";

describe("docs/replaceAddress.php", function () {
  this.timeout(6 * 60_000);
  const bench = new SiteBench();
  before(async function () {
    this.timeout(600_000);
    await bench.open();
    await bench.fillContent();
    await (await bench.install()).ended();
    bench.put("replaceAddress.php", fs.readFileSync(path.join(projectRoot, "docs/replaceAddress.php"), "utf8"));
  });
  after(() => bench.close());

  const replace = (...addresses: string[]) =>
    bench.run(
      `php -- ${addresses.map((address) => `'${address}'`).join(" ")} < /etc/wordpress/replaceAddress.php; echo ended with $?`,
    );
  const php = (code: string, env: Readonly<Record<string, string>> = {}) =>
    bench.run(`exec php -r 'require "/var/www/html/wp-load.php"; ${code}'`, env);

  it("replaces the address in posts, serialized values and JSON, and not at the beginning of longer addresses", async () => {
    const values = {
      text: `${old}/a ${old}. ${old}0/b ${old}.org`,
      nested: [`${old}/c`, `a:1:{s:2:"ü";s:${old.length}:"${old}";}`, 's:3:"no"'],
      json: JSON.stringify({ url: `${old}/d` }).replaceAll("/", "\\/"),
    };
    const put =
      'foreach (json_decode(getenv("VALUES"), true) as $name => $value) update_option("moved_$name", $value);';
    await php(`${put} wp_update_post(["ID" => 1, "post_content" => "${old}/picture.png"]);`, {
      VALUES: JSON.stringify(values),
    });
    const guid = bench.rows("select guid from wp_posts where ID = 1");
    assert.match(
      await replace(old, next),
      new RegExp(`^\\d+ values have ${next} in the place of ${old}\nended with 0\n$`),
    );
    const get =
      'foreach (["text", "nested", "json"] as $name) $found[$name] = get_option("moved_$name"); echo json_encode($found);';
    assert.deepEqual(JSON.parse(await php(get)), {
      text: `${next}/a ${next}. ${old}0/b ${old}.org`,
      nested: [`${next}/c`, `a:1:{s:2:"ü";s:${next.length}:"${next}";}`, 's:3:"no"'],
      json: '{"url":"https:\\/\\/blog.example.com\\/d"}',
    });
    assert.equal(bench.rows("select post_content from wp_posts where ID = 1"), `${next}/picture.png`);
    assert.equal(bench.rows("select guid from wp_posts where ID = 1"), guid);
  });

  it("changes nothing in a second run", async () => {
    assert.match(await replace(old, next), /^0 values have /);
  });

  it("refuses arguments that are not addresses, and changes nothing", async () => {
    for (const addresses of [
      [next, ""],
      ["blog.example.com", old],
      [`${next}/`, old],
    ]) {
      assert.match(
        await replace(...addresses),
        /is no address; expected two such as https:\/\/blog.example.com.*\nended with 1\n$/,
      );
    }
    assert.equal(bench.rows("select post_content from wp_posts where ID = 1"), `${next}/picture.png`);
  });
});
