import * as assert from "node:assert/strict";
import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { coreUpdate, readCoreCheck, reportCoreUpdate, updateNotice } from "./coreUpdate";

const image = "wordpress:7.1.4-php8.4-apache";

/** A simulated pod of the site, or of a job that has ended with a message. */
function pod(app: string, { imageID = "sha256:a", finishedAt = "", message = "" } = {}) {
  const state = finishedAt ? { terminated: { finishedAt, exitCode: 0, ...(message && { message }) } } : { running: {} };
  return {
    metadata: { name: `${app}-1`, uid: "1", labels: { app } },
    status: { conditions: [{ type: "Ready", status: "True" }], containerStatuses: [{ imageID, state }] },
  };
}
const site = {
  metadata: { name: "wordpress" },
  spec: { template: { spec: { containers: [{ name: "wordpress", image }] } } },
};
const kubectl = (...pods: object[]) => ({
  list: <T>(kind: string) => Promise.resolve((kind === "pods" ? pods : [site]) as T[]),
});
const check = (...offered: string[]) => JSON.stringify({ running: "7.1.4", offered });
const cron = (minute: string, message: string, imageID?: string) =>
  pod("wordpress-cron", { finishedAt: `2026-11-30T10:${minute}:00Z`, message, ...(imageID && { imageID }) });

describe("coreUpdate", () => {
  it("is undefined if the check offers the running release, an older one, or nothing", () => {
    for (const offered of [[], ["7.1.4"], ["7.1.4", "6.9.8"]]) {
      assert.equal(coreUpdate({ running: "7.1.4", offered }, image), undefined);
    }
  });

  it("may fix security holes if it is a patch release of the running line, and names its image with the same PHP", () => {
    assert.deepEqual(coreUpdate({ running: "7.1.4", offered: ["7.1.10", "7.1.9"] }, image), {
      running: "7.1.4",
      release: "7.1.10",
      security: true,
      image: "wordpress:7.1.10-php8.4-apache",
    });
  });

  it("is the newest line's release for a fixed hole of an older line, because only the newest line has official images", () => {
    const update = coreUpdate({ running: "6.5.5", offered: ["7.1.4", "6.5.12"] }, "wordpress:6.5-apache");
    assert.deepEqual(update, {
      running: "6.5.5",
      release: "7.1.4",
      security: true,
      image: "wordpress:7.1.4-apache",
    });
  });

  it("fixes no hole if only a new line is offered", () => {
    assert.equal(coreUpdate({ running: "7.1.4", offered: ["7.2"] }, image)?.security, false);
  });

  it("has no image if the site's image is of another repository or has a digest", () => {
    for (const other of ["registry.example/shop:7.1", `wordpress@sha256:${"0".repeat(64)}`]) {
      assert.ok(!("image" in (coreUpdate({ running: "7.1.4", offered: ["7.1.5"] }, other) ?? {})));
    }
  });
});

describe("updateNotice", () => {
  it("names both releases, the reason, and the command", () => {
    assert.equal(
      updateNotice({ running: "7.1.4", release: "7.1.5", security: true, image: "wordpress:7.1.5-apache" }),
      "WordPress 7.1.5 is available; the site runs 7.1.4. 7.1.4 may have security holes that a newer release fixes. " +
        "Update: pulumi config set wordpressImage wordpress:7.1.5-apache, then pulumi up (docs/how-to/update-wordpress.md)",
    );
  });

  it("says what to do with an image of another repository", () => {
    assert.equal(
      updateNotice({ running: "7.1.4", release: "7.2", security: false }),
      "WordPress 7.2 is available; the site runs 7.1.4. " +
        "Update: build an image with it, and set wordpressImage (docs/how-to/update-wordpress.md)",
    );
  });
});

describe("readCoreCheck", () => {
  it("reads the message of the cron job that ended last", async () => {
    const pods = [
      pod("wordpress"),
      cron("00", check("7.1.5")),
      cron("05", check("7.1.6")),
      pod("wordpress-install", { finishedAt: "2026-11-30T10:06:00Z", message: check("7.1.7") }),
    ];
    assert.deepEqual(await readCoreCheck(kubectl(...pods), "blog", image), { running: "7.1.4", offered: ["7.1.6"] });
  });

  it("ignores a job of an image that the pods do not run any more", async () => {
    const pods = [pod("wordpress", { imageID: "sha256:b" }), cron("05", check("7.1.5"), "sha256:a")];
    assert.equal(await readCoreCheck(kubectl(...pods), "blog", image), undefined);
  });

  it("ignores a job if the image is about to change, or the site does not exist yet", async () => {
    const pods = [pod("wordpress"), cron("05", check("7.1.5"))];
    assert.equal(await readCoreCheck(kubectl(...pods), "blog", "wordpress:7.1.5-php8.4-apache"), undefined);
    const noSite = { list: <T>(kind: string) => Promise.resolve((kind === "pods" ? pods : []) as T[]) };
    assert.equal(await readCoreCheck(noSite, "blog", image), undefined);
  });

  it("is undefined without a job that has ended, and for a message of something else", async () => {
    assert.equal(await readCoreCheck(kubectl(pod("wordpress")), "blog", image), undefined);
    for (const message of ["", "{", "null", "[]", check("$(reboot)"), '{"running":"7.1.4"}']) {
      const pods = [pod("wordpress"), cron("00", message)];
      assert.equal(await readCoreCheck(kubectl(...pods), "blog", image), undefined, message);
    }
  });
});

describe("reportCoreUpdate", () => {
  const cluster = { kubeconfig: undefined, context: "lab" };
  let logged: (readonly [string, string])[] = [];
  beforeEach(() => {
    logged = [];
    for (const level of ["info", "warn"] as const) {
      mock.method(pulumi.log, level, (text: string) => {
        logged.push([level, text]);
        return Promise.resolve();
      });
    }
  });
  afterEach(() => mock.restoreAll());

  for (const [release, level] of [
    ["7.1.5", "warn"],
    ["7.2", "info"],
  ] as const) {
    it(`logs ${release} for 7.1.4 at the level ${level}, and returns it`, async () => {
      const pods = kubectl(pod("wordpress"), cron("00", check(release)));
      assert.equal((await reportCoreUpdate(cluster, "blog", image, pods))?.release, release);
      assert.deepEqual(
        logged.map(([of, text]) => [of, text.split(";")[0]]),
        [[level, `WordPress ${release} is available`]],
      );
    });
  }

  it("logs nothing without an update", async () => {
    assert.equal(await reportCoreUpdate(cluster, "blog", image, kubectl(pod("wordpress"))), null);
    assert.deepEqual(logged, []);
  });

  it("does not fail if the cluster does not answer", async () => {
    const silent = { list: () => Promise.reject(new Error("no route to host")) };
    assert.equal(await reportCoreUpdate(cluster, "blog", image, silent), null);
    assert.deepEqual(logged, [["info", "Could not read whether a newer WordPress is available: no route to host"]]);
  });
});
