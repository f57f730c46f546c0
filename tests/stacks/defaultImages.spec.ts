import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PodController } from "../../components/kubernetes/objects";
import { preflightRequest } from "../../stacks/requests";
import { deploy } from "../../stacks/wordpress";
import { load } from "../support/loadedConfig";
import { answers, registeredBy } from "../support/mocks";
import { withObjectCache } from "../support/siteConfig";

const shared = { content: "shared", contentStorageClass: "many", "kubernetes:context": "test" };
const requested = (config: Record<string, string>) =>
  preflightRequest(load(config), { clusterDigest: undefined, instance: "abc" }).defaultImages;

describe("default images in the preflight's request", () => {
  before(() => registeredBy(() => undefined));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("are those of the containers that the stack registers", async () => {
    const config = { ...shared, ...withObjectCache };
    const images = requested(config);
    const registered = await registeredBy(() => deploy(load(config)), answers);
    const controllers = registered
      .filter(({ type }) => /:(Deployment|StatefulSet)$/.test(type))
      .map(({ inputs }) => inputs as unknown as PodController);
    assert.deepEqual(
      images.map(({ key }) => key),
      ["wordpressImage", "mariadbImage", "pageCache.image", "objectCache.image"],
    );
    for (const { key, image, workload, container } of images) {
      const found =
        controllers.find(({ metadata }) => metadata.name === workload) ?? assert.fail(`${key}: no ${workload}`);
      assert.equal(found.spec.template.spec.containers.find(({ name }) => name === container)?.image, image, key);
    }
  });

  it("lack images whose keys are set, and those of caches that the stack does not run", () => {
    assert.deepEqual(
      requested({ ...shared, wordpressImage: "wordpress:7.1-php8.4-apache", pageCache: '{"enabled":false}' }).map(
        ({ key }) => key,
      ),
      ["mariadbImage"],
    );
    assert.deepEqual(
      requested({ content: "perPod" }).map(({ key }) => key),
      ["wordpressImage", "mariadbImage"],
    );
  });
});
