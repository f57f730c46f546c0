import * as assert from "node:assert/strict";
import type { Kubectl } from "../../components/cluster/kubectl";
import { migrate, patience } from "../../components/site/migration";
import { copyPodSpec, mergePodSpec } from "../../components/site/sharedPod";

const namespace = "wordpress";
const request = { namespace, image: "wordpress:6.5-apache", accessMode: "ReadWriteOnce" } as const;
const claim = (name: string, annotations: object = {}) => ({ metadata: { name, uid: `uid-${name}`, annotations } });
const [own, shared] = [claim("data-wordpress-0"), claim("wordpress-content")];

interface MadeJob {
  readonly metadata: { readonly name: string; readonly ownerReferences: readonly object[] };
}

/** A cluster with these claims and pods, whose jobs all end as said. */
function smallCluster(
  claims: readonly object[],
  pods: readonly object[] | (() => readonly object[]),
  conditions: readonly object[],
) {
  const jobs: MadeJob[] = [];
  const calls: string[] = [];
  const kubectl = {
    list: (kind: string) => Promise.resolve(kind !== "pods" ? claims : typeof pods === "function" ? pods() : pods),
    json: () => Promise.resolve({ metadata: {}, status: { conditions } }),
    run: (args: string[], input?: string) => {
      calls.push(args.slice(0, 3).join(" "));
      if (input !== undefined) jobs.push(JSON.parse(input) as MadeJob);
      return Promise.resolve(args[0] === "logs" ? `log of ${args[1]}\n` : "");
    },
  } as unknown as Kubectl;
  return { kubectl, jobs, calls };
}
const complete = [{ type: "Complete", status: "True" }];

describe("the move of the content", () => {
  const usual = { ...patience };
  afterEach(() => {
    Object.assign(patience, usual);
  });
  const writing = (name: string) => ({ metadata: { name, uid: name, labels: { app: "wordpress" } }, status: {} });

  it("copies each claim, makes one content of all, and says so on the claim", async () => {
    const { kubectl, jobs, calls } = smallCluster([own, claim("data-wordpress-1"), shared], [], complete);
    const lines = await migrate(kubectl, request, () => undefined);
    const names = ["wordpress-copy-0", "wordpress-copy-1", "wordpress-merge"];
    assert.deepEqual(
      jobs.map(({ metadata }) => metadata.name),
      names,
    );
    assert.deepEqual(
      lines,
      names.map((name) => `log of job/${name}`),
    );
    assert.equal(calls.at(-1), "annotate persistentvolumeclaim wordpress-content");
  });

  it("copies nothing while a pod of the StatefulSet may still write", async () => {
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
    await migrate(kubectl, request, () => undefined);
    assert.deepEqual(jobsAtPoll, [0, 0, 0]);
    assert.equal(jobs.length, 2);
  });

  it("gives up where such a pod stays, and has copied nothing", async () => {
    patience.pods = 0;
    const others = ["wordpress-7d9c5b-x2x4z", "wordpress-cache-0"].map(writing);
    const { kubectl, jobs, calls } = smallCluster([own, shared], [...others, writing("wordpress-1")], complete);
    await assert.rejects(
      migrate(kubectl, request, () => undefined),
      /these pods still write: wordpress-1\./,
    );
    assert.deepEqual([jobs, calls], [[], []]);
  });

  it("only reads the claims that it copies, and sees none of them when it merges", () => {
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

  it("leaves jobs that go with the claim that they write to: on the way back nothing holds it", async () => {
    const { kubectl, jobs } = smallCluster([own, shared], [], complete);
    await migrate(kubectl, request, () => undefined);
    const [name, uid] = ["wordpress-content", "uid-wordpress-content"];
    const owner = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, uid, blockOwnerDeletion: true };
    for (const { metadata } of jobs) assert.deepEqual(metadata.ownerReferences, [owner]);
  });

  it("does nothing where it was done", async () => {
    const done = claim("wordpress-content", { "wordpress/migrated": "true" });
    const { kubectl, calls } = smallCluster([own, done], [], complete);
    assert.deepEqual(await migrate(kubectl, request, () => undefined), []);
    assert.deepEqual(calls, []);
  });

  it("ends with a job that fails, with what it printed and the two ways on", async () => {
    const failed = [{ type: "Failed", status: "True", message: "it has no room" }];
    const { kubectl, calls } = smallCluster([own, shared], [], failed);
    await assert.rejects(
      migrate(kubectl, request, () => undefined),
      /wordpress-copy-0 failed: it has no room\n {2}\| log of job\/wordpress-copy-0\n.*pulumi up\. To go back: pulumi config set content perPod/,
    );
    assert.ok(!calls.some((call) => call.startsWith("annotate")));
  });

  it("ends with a pod that finds no node, with what the scheduler says", async () => {
    patience.node = 0;
    const pod = {
      metadata: { name: "wordpress-copy-0-abcde", uid: "1", labels: { "job-name": "wordpress-copy-0" } },
      status: { conditions: [{ type: "PodScheduled", status: "False", message: "volume node affinity conflict" }] },
    };
    const { kubectl } = smallCluster([own, shared], [pod], []);
    await assert.rejects(
      migrate(kubectl, request, () => undefined),
      /wordpress-copy-0 has no node that reaches what it reads and what it writes: volume node affinity conflict\n.*To go back/,
    );
  });
});
