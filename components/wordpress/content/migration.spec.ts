import * as assert from "node:assert/strict";
import type { AnyObject } from "../../kubernetes/objects";
import { migrateContent, timeouts } from "./migration";
import { copyPodSpec, mergePodSpec } from "../sharedPod";
import { type Objects, SmallKubectl } from "../../../tests/support/smallKubectl";

const namespace = "blog";
const request = { namespace, image: "wordpress:6.5-apache", accessMode: "ReadWriteOnce" } as const;
const claim = (name: string, annotations: Readonly<Record<string, string>> = {}, of = namespace) => ({
  metadata: { name, namespace: of, uid: `uid-${of}-${name}`, annotations },
});
const [own, shared] = [claim("data-wordpress-0"), claim("wordpress-content")];
const done = { "wordpress/migrated": "true" };

const writing = (name: string, app = "wordpress", of = namespace) => ({
  metadata: { name, namespace: of, uid: name, labels: { app } },
  status: {},
});
/** A job's pod that the scheduler finds no node for. */
const unscheduled = (job: string, message: string, of = namespace) => ({
  metadata: { name: `${job}-abcde`, namespace: of, uid: `${of}-${job}`, labels: { "job-name": job } },
  status: { conditions: [{ type: "PodScheduled", status: "False", message }] },
});

/** Objects of another site in the default namespace, and unrelated objects in the site's own namespace. */
const others = {
  claims: [
    ...[claim("data-wordpress-0", {}, "wordpress"), claim("data-wordpress-7", {}, "wordpress")],
    ...[claim("wordpress-content", done, "wordpress"), claim("data-wordpress-extra-0"), claim("my-data-wordpress-0")],
  ],
  pods: [
    ...[writing("wordpress-0", "wordpress", "wordpress"), writing("wordpress-0", "shop"), writing("my-wordpress-0")],
    ...["wordpress-7d9c5b-x2x4z", "wordpress-cache-0", "wordpress-0-debug"].map((name) => writing(name)),
    unscheduled("wordpress-copy-0", "the other site's", "wordpress"),
    unscheduled("wordpress-copy-00", "another job's"),
  ],
};

interface MadeJob extends AnyObject {
  readonly metadata: AnyObject["metadata"] & { readonly ownerReferences: readonly object[] };
}

/** A cluster with these claims and pods and the {@link others}. All jobs get the given conditions. */
function smallCluster(
  claims: readonly AnyObject[],
  pods: readonly AnyObject[] | (() => readonly AnyObject[]),
  conditions: readonly object[],
) {
  const jobs: MadeJob[] = [];
  const created = (job: AnyObject) => {
    jobs.push(job as MadeJob);
    return { ...job, status: { conditions } };
  };
  const objects: Objects = {
    persistentvolumeclaims: [...others.claims, ...claims],
    pods: () => [...others.pods, ...(typeof pods === "function" ? pods() : pods)],
    jobs: [claim("wordpress-copy-0", {}, "wordpress")],
  };
  const answer = ({ words, flags }: { words: readonly string[]; flags: Readonly<Record<string, string>> }) =>
    `log of ${flags.namespace}/${words[0]}\n`;
  return { kubectl: new SmallKubectl(objects, { created, answer }), jobs };
}
const complete = [{ type: "Complete", status: "True" }];

describe("content migration", () => {
  const usual = { ...timeouts };
  beforeEach(() => {
    Object.assign(timeouts, { pods: 3, copy: 3 });
  });
  afterEach(() => {
    Object.assign(timeouts, usual);
  });

  it("copies each claim of the StatefulSet and no other, merges the copies, and marks the claim as migrated", async () => {
    const { kubectl, jobs } = smallCluster([claim("data-wordpress-10"), own, shared], [], complete);
    const lines = await migrateContent(kubectl, request, () => undefined);
    const names = ["wordpress-copy-0", "wordpress-copy-10", "wordpress-merge"];
    assert.deepEqual(
      jobs.map(({ metadata }) => metadata.name),
      names,
    );
    assert.deepEqual(
      lines,
      names.map((name) => `log of blog/job/${name}`),
    );
    assert.ok(jobs.every(({ metadata }) => metadata.namespace === namespace));
    assert.deepEqual(kubectl.names("jobs"), ["wordpress/wordpress-copy-0"], "a job of the site still exists");
    const [before, after] = [[...others.claims, claim("data-wordpress-10"), own], claim("wordpress-content", done)];
    assert.deepEqual(kubectl.all("persistentvolumeclaims"), [...before, after]);
  });

  it("copies nothing before all pods of the StatefulSet have terminated", async () => {
    let polls = 0;
    const jobsAtPoll: number[] = [];
    const { kubectl, jobs } = smallCluster(
      [own, shared],
      () => {
        jobsAtPoll.push(jobs.length);
        return polls++ < 2 ? [writing("wordpress-0")] : [];
      },
      complete,
    );
    await migrateContent(kubectl, request, () => undefined);
    assert.deepEqual(jobsAtPoll, [0, 0, 0]);
    assert.equal(jobs.length, 2);
  });

  it("fails without copying if a pod of the StatefulSet does not terminate", async () => {
    timeouts.pods = 0;
    const { kubectl, jobs } = smallCluster([own, shared], [writing("wordpress-1")], complete);
    await assert.rejects(
      migrateContent(kubectl, request, () => undefined),
      /These pods still write to their claims after 0 s: wordpress-1\./,
    );
    assert.deepEqual([jobs, kubectl.said("create", "delete", "annotate")], [[], []]);
  });

  it("mounts the pods' claims read-only to copy them, and does not mount them to merge", () => {
    const site = { image: request.image, accessMode: request.accessMode };
    const { volumes, containers } = copyPodSpec(site, "data-wordpress-0", "0");
    const claims = volumes.filter((volume) => "persistentVolumeClaim" in volume);
    assert.deepEqual(claims, [
      { name: "content", persistentVolumeClaim: { claimName: "wordpress-content" } },
      { name: "from", persistentVolumeClaim: { claimName: "data-wordpress-0", readOnly: true } },
    ]);
    const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts as { name: string }[]);
    assert.deepEqual(
      mounts.filter(({ name }) => name === "from"),
      [{ name: "from", mountPath: "/from", readOnly: true }],
    );
    assert.doesNotMatch(JSON.stringify(mergePodSpec(site)), /data-wordpress|"from"/);
  });

  it("creates jobs that the shared claim owns, so that they cannot block its deletion", async () => {
    const { kubectl, jobs } = smallCluster([own, shared], [], complete);
    await migrateContent(kubectl, request, () => undefined);
    const [name, uid] = ["wordpress-content", "uid-blog-wordpress-content"];
    const owner = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, uid, blockOwnerDeletion: true };
    assert.deepEqual(
      jobs.map(({ metadata }) => metadata.ownerReferences),
      [[owner], [owner]],
    );
  });

  it("does nothing if the claim is marked as migrated", async () => {
    const { kubectl } = smallCluster([own, claim("wordpress-content", done)], [], complete);
    assert.deepEqual(await migrateContent(kubectl, request, () => undefined), []);
    assert.deepEqual(kubectl.said("create", "delete", "annotate"), []);
  });

  it("fails if a job fails, with its output and the commands to resume or go back", async () => {
    const failed = [{ type: "Failed", status: "True", message: "it has no room" }];
    const { kubectl } = smallCluster([own, shared], [], failed);
    await assert.rejects(
      migrateContent(kubectl, request, () => undefined),
      /wordpress-copy-0 failed: it has no room\n {2}\| log of blog\/job\/wordpress-copy-0\nThe pods' own.*\nFix the cause, then run again: pulumi up\nTo go back: pulumi config set content perPod/,
    );
    assert.deepEqual(kubectl.said("annotate"), []);
  });

  it("fails if a job's pod cannot be scheduled, with the scheduler's reason", async () => {
    timeouts.node = 0;
    const pod = unscheduled("wordpress-copy-0", "volume node affinity conflict");
    const { kubectl } = smallCluster([own, shared], [pod], []);
    await assert.rejects(
      migrateContent(kubectl, request, () => undefined),
      /wordpress-copy-0 cannot be scheduled, because no node can mount both of its claims: volume node affinity conflict\n.*To go back/s,
    );
  });
});
