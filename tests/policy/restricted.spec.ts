import * as assert from "node:assert/strict";
import type { Container, PodSpec, SecurityContext } from "../../policy/pods";
import { restricted } from "../../policy/rules/restricted";
import { container, findingsOf, pod, podSpec, workloads } from "./support/policyResources";

const good = container().securityContext;
const message = (problem: string, name = "app") => `container ${name} ${problem} in its securityContext`;
const root = message("may be root: set runAsNonRoot to true, and runAsUser not to 0");
const escalation = message("may escalate its privileges: set allowPrivilegeEscalation to false");
const capabilities = message('has capabilities: set capabilities to { drop: ["ALL"] }');
const seccomp = message("is not confined: set seccompProfile.type to RuntimeDefault");

/** The findings about a pod whose container has these fields in addition. */
const found = (own: SecurityContext, ofPod: SecurityContext | undefined = podSpec().securityContext) =>
  findingsOf(
    restricted,
    pod(podSpec({ securityContext: ofPod, containers: [container({ securityContext: { ...good, ...own } })] })),
  );

/** One violation of each control of the levels baseline and restricted, in the pod's own fields. */
const podViolations: readonly [PodSpec, RegExp][] = [
  [{ hostNetwork: true }, /is in a namespace of its node: remove hostNetwork/],
  [{ hostPID: true }, /is in a namespace of its node: remove hostPID/],
  [{ hostIPC: true }, /is in a namespace of its node: remove hostIPC/],
  ...["hostPath", "nfs", "iscsi", "gcePersistentDisk", "flexVolume"].map((type): [PodSpec, RegExp] => [
    { volumes: [{ name: "v", [type]: {} }] },
    new RegExp(`has the volume v of type ${type}: take configMap, csi, `),
  ]),
  ...(
    [
      [{ windowsOptions: { hostProcess: true } }, /is a process of its Windows node/],
      [{ appArmorProfile: { type: "Unconfined" } }, /set appArmorProfile.type to RuntimeDefault/],
      [{ seLinuxOptions: { type: "spc_t" } }, /remove seLinuxOptions/],
      [{ seLinuxOptions: { user: "system_u" } }, /remove seLinuxOptions/],
      [{ seLinuxOptions: { role: "system_r" } }, /remove seLinuxOptions/],
      [{ sysctls: [{ name: "kernel.msgmax" }] }, /sets the sysctl kernel.msgmax, which is not a safe one/],
      [{ runAsUser: 0 }, /runs as root: set runAsUser to another user than 0/],
      [{ seccompProfile: { type: "Unconfined" } }, /is not confined: set seccompProfile.type to RuntimeDefault/],
    ] as const
  ).map(([own, told]): [PodSpec, RegExp] => [{ securityContext: { ...podSpec().securityContext, ...own } }, told]),
];

/** The sysctls that the published table allows. */
const safeSysctls = [
  ...["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"],
  ...["net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"],
  ...["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"],
  ...["net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
];

/** One violation of each control in a container's fields. */
const containerViolations: readonly [Partial<Container>, RegExp][] = [
  ...(
    [
      [{ privileged: true }, /is privileged: remove privileged/],
      [{ windowsOptions: { hostProcess: true } }, /is a process of its Windows node/],
      [{ appArmorProfile: { type: "Unconfined" } }, /set appArmorProfile.type to RuntimeDefault/],
      [{ seLinuxOptions: { type: "spc_t" } }, /remove seLinuxOptions/],
      [{ procMount: "Unmasked" }, /has procMount Unmasked/],
      [{ runAsNonRoot: false }, /may be root: set runAsNonRoot to true/],
      [{ runAsUser: 0 }, /runs as root: set runAsUser to another user than 0/],
      [{ allowPrivilegeEscalation: true }, /set allowPrivilegeEscalation to false/],
      [{ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }, /has capabilities/],
      [{ capabilities: { drop: ["NET_RAW"] } }, /has capabilities/],
      [{ seccompProfile: { type: "Unconfined" } }, /set seccompProfile.type to RuntimeDefault/],
    ] as const
  ).map(([own, told]): [Partial<Container>, RegExp] => [{ securityContext: { ...good, ...own } }, told]),
  [{ ports: [{ hostPort: 80 }] }, /takes port 80 of its node: remove hostPort/],
  ...["livenessProbe", "readinessProbe", "startupProbe"].map((probe): [Partial<Container>, RegExp] => [
    { [probe]: { httpGet: { host: "169.254.169.254" } } },
    new RegExp(`has a ${probe} to another host: remove host`),
  ]),
  [{ livenessProbe: { tcpSocket: { host: "10.0.0.1" } } }, /has a livenessProbe to another host/],
  [{ lifecycle: { preStop: { httpGet: { host: "10.0.0.1" } } } }, /has a preStop to another host/],
  [{ lifecycle: { postStart: { httpGet: { host: "10.0.0.1" } } } }, /has a postStart to another host/],
];

describe("policy: restricted", () => {
  for (const [fields, told] of podViolations) {
    it(`refuses a pod with ${JSON.stringify(fields)}, in each kind of workload`, () => {
      for (const resource of workloads(podSpec(fields))) {
        const [finding = "", ...others] = findingsOf(restricted, resource);
        assert.match(finding, told, resource.type);
        assert.ok(finding.startsWith("the pod "));
        assert.deepEqual(others, [], resource.type);
      }
    });
  }

  for (const [fields, told] of containerViolations) {
    it(`refuses a container with ${JSON.stringify(fields)}, in each list of the pod`, () => {
      for (const list of ["initContainers", "containers", "ephemeralContainers"] as const) {
        const spec = podSpec({ [list]: [container({ name: "second", ...fields })] });
        const [finding = "", ...others] = findingsOf(restricted, pod(spec));
        assert.match(finding, told, list);
        assert.ok(finding.startsWith("container second "));
        assert.deepEqual(others, [], list);
      }
    });
  }

  it("refuses an annotation that turns AppArmor off, in each kind of workload", () => {
    const name = "container.apparmor.security.beta.kubernetes.io/app";
    const finding = `the pod is not confined: remove the annotation ${name}`;
    for (const resource of workloads(podSpec(), { [name]: "unconfined" })) {
      assert.deepEqual(findingsOf(restricted, resource), [finding], resource.type);
    }
    for (const value of ["runtime/default", "localhost/own"]) {
      for (const resource of workloads(podSpec(), { [name]: value })) {
        assert.deepEqual(findingsOf(restricted, resource), [], resource.type);
      }
    }
  });

  it("reads no other annotation, because its value may be unknown at preview", () => {
    const unknown = {
      get "wordpress/database-checksum"(): string {
        throw new Error("unknown at preview");
      },
    };
    for (const resource of workloads(podSpec(), unknown)) assert.deepEqual(findingsOf(restricted, resource), []);
  });

  it("allows every value that the table of the level restricted allows", () => {
    const types = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected"];
    const spec = podSpec({
      hostNetwork: false,
      volumes: [...types, "secret"].map((type) => ({ name: type, [type]: {} })),
      securityContext: {
        runAsNonRoot: true,
        seccompProfile: { type: "Localhost" },
        appArmorProfile: { type: "Localhost" },
        seLinuxOptions: { type: "container_t" },
        sysctls: safeSysctls.map((name) => ({ name })),
        windowsOptions: { hostProcess: false },
      },
      containers: [
        container({
          securityContext: {
            ...good,
            capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
            procMount: "Default",
          },
          ports: [{ hostPort: 0 }, {}],
          livenessProbe: { httpGet: { host: "" } },
        }),
      ],
    });
    for (const resource of workloads(spec)) assert.deepEqual(findingsOf(restricted, resource), [], resource.type);
    for (const type of ["RuntimeDefault", "Localhost"]) {
      assert.deepEqual(found({ seccompProfile: { type }, appArmorProfile: { type } }), [], type);
    }
    for (const type of ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]) {
      assert.deepEqual(found({ seLinuxOptions: { type } }), [], type);
    }
  });

  it("allows a pod with runAsNonRoot and a seccomp profile in its own or its container's securityContext", () => {
    assert.deepEqual(found({}), []);
    assert.deepEqual(found({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }, {}), []);
  });

  it("refuses root if neither pod nor container excludes it", () => {
    const { seccompProfile } = podSpec().securityContext ?? {};
    assert.deepEqual(found({}, { seccompProfile }), [root]);
    const ofPod = "the pod may run as root: set runAsNonRoot to true in its securityContext";
    assert.deepEqual(found({ runAsNonRoot: true }, { seccompProfile, runAsNonRoot: false }), [ofPod]);
  });

  it("refuses a container that allows privilege escalation, or does not forbid it", () => {
    assert.deepEqual(found({ allowPrivilegeEscalation: true }), [escalation]);
    assert.deepEqual(found({ allowPrivilegeEscalation: undefined }), [escalation]);
  });

  it("refuses a container that does not drop all capabilities, or adds others than NET_BIND_SERVICE", () => {
    const bind = ["NET_BIND_SERVICE"];
    for (const given of [
      undefined,
      {},
      { drop: ["NET_RAW"] },
      { drop: ["ALL"], add: [...bind, "CHOWN"] },
      { add: bind },
    ]) {
      assert.deepEqual(found({ capabilities: given }), [capabilities]);
    }
  });

  it("refuses a container without a seccomp profile", () => {
    assert.deepEqual(found({}, { runAsNonRoot: true }), [seccomp]);
  });

  it("refuses an init container without a securityContext, in each kind of workload", () => {
    const bare = { securityContext: undefined };
    const spec = podSpec({ ...bare, initContainers: [container({ name: "first", ...bare })], containers: [] });
    const all = [root, escalation, capabilities, seccomp].map((text) => text.replace("app", "first"));
    for (const resource of workloads(spec)) assert.deepEqual(findingsOf(restricted, resource), all);
  });

  it("allows any pod in the exempt namespaces: by default those that serve volumes, else the configured ones", () => {
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
