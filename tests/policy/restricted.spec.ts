import * as assert from "node:assert/strict";
import type { SecurityContext } from "../../policy/pods";
import { restricted } from "../../policy/rules/restricted";
import { container, findingsOf, pod, podSpec, workloads } from "./support/judging";

const good = container().securityContext;
const message = (problem: string, name = "app") => `container ${name} ${problem} in its securityContext`;
const root = message("may be root: set runAsNonRoot to true, and runAsUser not to 0");
const escalation = message("may get more rights: set allowPrivilegeEscalation to false");
const capabilities = message('has capabilities: set capabilities to { drop: ["ALL"] }');
const seccomp = message("is not confined: set seccompProfile.type to RuntimeDefault");

/** What is said of a pod whose container has this besides. */
const found = (own: SecurityContext, ofPod: SecurityContext | undefined = podSpec().securityContext) =>
  findingsOf(
    restricted,
    pod(podSpec({ securityContext: ofPod, containers: [container({ securityContext: { ...good, ...own } })] })),
  );

describe("policy: restricted", () => {
  it("lets a pod through that says it all of the pod, or of the container", () => {
    assert.deepEqual(found({}), []);
    assert.deepEqual(found({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }, {}), []);
  });

  it("refuses root, said of the pod, of the container, or not excluded", () => {
    const { seccompProfile } = podSpec().securityContext ?? {};
    assert.deepEqual(found({}, { seccompProfile }), [root]);
    assert.deepEqual(found({}, { seccompProfile, runAsNonRoot: true, runAsUser: 0 }), [root]);
    assert.deepEqual(found({ runAsNonRoot: false }), [root]);
    assert.deepEqual(found({ runAsUser: 0 }), [root]);
  });

  it("refuses that a process gets more rights", () => {
    assert.deepEqual(found({ allowPrivilegeEscalation: true }), [escalation]);
    assert.deepEqual(found({ allowPrivilegeEscalation: undefined }), [escalation]);
  });

  it("refuses capabilities, one that is added too", () => {
    for (const given of [undefined, {}, { drop: ["NET_RAW"] }, { drop: ["ALL"], add: ["CHOWN"] }]) {
      assert.deepEqual(found({ capabilities: given }), [capabilities]);
    }
  });

  it("refuses another seccomp profile, or none", () => {
    assert.deepEqual(found({}, { runAsNonRoot: true }), [seccomp]);
    assert.deepEqual(found({ seccompProfile: { type: "Unconfined" } }), [seccomp]);
  });

  it("refuses a pod that says nothing, in each kind and in init containers", () => {
    const bare = { securityContext: undefined };
    const spec = podSpec({ ...bare, initContainers: [container({ name: "first", ...bare })], containers: [] });
    const all = [root, escalation, capabilities, seccomp].map((text) => text.replace("app", "first"));
    for (const resource of workloads(spec)) assert.deepEqual(findingsOf(restricted, resource), all);
  });

  it("lets the pods of namespaces through that serve volumes, or that are listed", () => {
    const spec = podSpec({ securityContext: undefined });
    for (const namespace of ["openebs", "openebs-nfs"]) {
      assert.deepEqual(findingsOf(restricted, pod(spec, namespace)), []);
      assert.deepEqual(findingsOf(restricted, pod(spec, namespace), { exemptNamespaces: ["wordpress"] }), [
        root,
        seccomp,
      ]);
    }
    assert.deepEqual(findingsOf(restricted, pod(spec), { exemptNamespaces: ["wordpress"] }), []);
  });
});
