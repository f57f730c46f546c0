import * as assert from "node:assert/strict";
import type { PodController } from "../kubernetes/objects";
import { type DefaultImage, defaultImageFindings } from "./defaultImages";

const wordpress: DefaultImage = {
  ...{ key: "wordpressImage", image: "wordpress:7.1-apache", workload: "wordpress", container: "wordpress" },
};
const cache: DefaultImage = {
  ...{ key: "pageCache.image", image: "nginx:1.30", workload: "wordpress-cache", container: "nginx" },
};
const controller = (name: string, images: Readonly<Record<string, string>>): PodController => ({
  metadata: { name, uid: name },
  spec: {
    template: {
      spec: { containers: Object.entries(images).map(([container, image]) => ({ name: container, image })) },
    },
  },
});
const old = controller("wordpress", { sidecar: "other:1", wordpress: "wordpress:6.5-apache" });

describe("defaultImageFindings", () => {
  it("refuses a default that would replace a running image, and prints the commands to keep or change it", () => {
    assert.deepEqual(defaultImageFindings([wordpress], [old]), [
      "wordpressImage: not set, so it would change from wordpress:6.5-apache to the default wordpress:7.1-apache; choose one. " +
        "Keep: pulumi config set wordpressImage wordpress:6.5-apache. " +
        "Change: pulumi config set wordpressImage wordpress:7.1-apache",
    ]);
  });

  it("has a finding for each image, with --path for a key inside an object", () => {
    const findings = defaultImageFindings(
      [wordpress, cache],
      [old, controller("wordpress-cache", { nginx: "nginx:1.28" })],
    );
    assert.equal(findings.length, 2);
    assert.match(findings[1] ?? "", /Keep: pulumi config set --path pageCache\.image nginx:1\.28\./);
  });

  it("accepts a default that runs already, or that replaces nothing", () => {
    assert.deepEqual(defaultImageFindings([wordpress], []), []);
    assert.deepEqual(defaultImageFindings([wordpress], [controller("wordpress", { wordpress: wordpress.image })]), []);
    assert.deepEqual(
      defaultImageFindings([wordpress], [controller("other", { wordpress: "wordpress:6.5-apache" })]),
      [],
    );
    assert.deepEqual(defaultImageFindings([], [old]), []);
  });

  it("accepts the default of the last up even if the cluster or a user has changed the workload's image", () => {
    assert.deepEqual(defaultImageFindings([wordpress], [old], { wordpressImage: wordpress.image }), []);
    assert.equal(defaultImageFindings([wordpress], [old], { wordpressImage: "wordpress:6.5-apache" }).length, 1);
  });
});
