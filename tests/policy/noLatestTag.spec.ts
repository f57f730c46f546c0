import * as assert from "node:assert/strict";
import { noLatestTag } from "../../policy/rules/noLatestTag";
import { container, findingsOf, pod, podSpec, workloads } from "./support/policyResources";

const withImage = (image: string | undefined) => pod(podSpec({ containers: [container({ image })] }));
const remedy = "use a version or a digest, as in name:1.2.3 or name@sha256:…";

describe("policy: no-latest-tag", () => {
  for (const image of [
    "wordpress:6.5-apache",
    "registry.example.com:5000/library/mariadb:10.11",
    "mariadb@sha256:0123",
    "mariadb:latest@sha256:0123",
  ]) {
    it(`lets ${image} through`, () => assert.deepEqual(findingsOf(noLatestTag, withImage(image)), []));
  }

  for (const image of ["wordpress:latest", "registry.example.com:5000/wordpress:latest"]) {
    it(`refuses ${image}`, () => {
      const message = `container app: image "${image}" may change at any time; ${remedy}`;
      assert.deepEqual(findingsOf(noLatestTag, withImage(image)), [message]);
    });
  }

  for (const image of ["wordpress", "registry.example.com:5000/wordpress", ""]) {
    it(`refuses "${image}", which has no tag`, () => {
      const message = `container app: image "${image}" has no tag, which means latest; ${remedy}`;
      assert.deepEqual(findingsOf(noLatestTag, withImage(image)), [message]);
    });
  }

  it("refuses a container without an image like one without a tag", () => {
    const message = `container app: image "" has no tag, which means latest; ${remedy}`;
    assert.deepEqual(findingsOf(noLatestTag, withImage(undefined)), [message]);
  });

  it("refuses an image without a tag in init containers, in each kind of workload", () => {
    const spec = podSpec({ initContainers: [container({ name: "first", image: "busybox" })] });
    const message = `container first: image "busybox" has no tag, which means latest; ${remedy}`;
    for (const resource of workloads(spec)) assert.deepEqual(findingsOf(noLatestTag, resource), [message]);
  });
});
