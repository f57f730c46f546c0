import * as assert from "node:assert/strict";
import { network } from "../../lab/cluster/layout";
import { allowed, type End, type Policy, type PolicyPod } from "../support/networkAccess";
import { record } from "../support/reliability";
import { LabSite } from "./support/labSite";
import { type Origin, OutsideHost, processOfPod, type Target, tryConnections } from "./support/podNetwork";
import { sharedPlace, type SitePod } from "./support/sharedSite";

const namespace = "policed";
const neighbour = "policed-neighbour";

/** Stand-ins: a pod for each job, which has ended, a pod without the site's labels, and a WordPress pod of another namespace. */
const standIns: readonly (readonly [namespace: string, name: string, app: string | undefined])[] = [
  ...["wordpress-cron", "wordpress-extensions", "wordpress-fill", "wordpress-install"].map(
    (app) => [namespace, app, app] as const,
  ),
  [namespace, "stranger", undefined],
  [neighbour, "neighbour", "wordpress"],
];

const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" }) as const);

/** Ports of the database and of the caches, and those of health checks. */
const podPorts = tcp(3306, 6379, 80, 8080, 8081, 8082, 8083);
const outsidePorts = tcp(25, 53, 80, 443);
const nameServerPorts = [...tcp(53), { port: 53, protocol: "UDP" } as const];

/** One end of connections. */
interface Place {
  readonly name: string;
  readonly address: string;
  /** Its properties for the evaluation of policies. */
  readonly end: End;
  readonly origin: Origin;
  /** Ports to which the others connect. */
  readonly ports: readonly Omit<Target, "address">[];
}

interface Connection {
  readonly from: Place;
  readonly to: Place;
  readonly port: Omit<Target, "address">;
}

const lineOf = ({ from, to, port }: Connection) => `${from.name} > ${to.name}:${port.port}/${port.protocol}`;

describe("a site's network with enforced NetworkPolicies", function () {
  this.timeout(15 * 60_000);
  let site: LabSite;
  let outside: OutsideHost;
  let connections: readonly Connection[];

  before(async () => {
    outside = await OutsideHost.start("policed-out", "10.97.86");
    site = await LabSite.start(sharedPlace(namespace, 30131));
    await site.project.up();
    await site.cluster.apply(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${neighbour} } }`);
    await site.cluster.apply(standIns.map(standIn).join("---\n"));
    for (const each of [namespace, neighbour]) {
      await site.cluster.kubectl("wait", "pod", "--namespace", each, "--selector=stand-in", "--for=condition=Ready");
    }
    const places = await readPlaces();
    connections = places.flatMap((from) =>
      places.filter((to) => to !== from).flatMap((to) => to.ports.map((port) => ({ from, to, port }))),
    );
  });
  after(() => outside?.stop());
  after(() => site?.stop());
  after(() => site?.cluster.kubectl("delete", "namespace", neighbour, "--ignore-not-found", "--wait=false"));

  async function readPlaces(): Promise<Place[]> {
    const listed = await Promise.all(
      [namespace, neighbour].map(async (each) => {
        const pods = await site.cluster.list<SitePod>("pods", each);
        // A job's pod may end during the test.
        const isLasting = ({ metadata, status }: SitePod) =>
          status.phase === "Running" && metadata.labels?.["batch.kubernetes.io/job-name"] === undefined;
        return pods.filter(isLasting).map((pod) => placeOf(pod, each));
      }),
    );
    const { address, pid } = outside;
    return [
      ...listed.flat(),
      // The lab's name server runs on the node.
      { name: "node", address: network.gateway, end: network.gateway, origin: "node", ports: nameServerPorts },
      { name: "outside", address, end: address, origin: { pid }, ports: outsidePorts },
    ];
  }

  async function readPolicies(): Promise<Policy[]> {
    const list = ["get", "networkpolicies", "--namespace", namespace];
    return (await site.cluster.json<{ items: Policy[] }>(...list)).items;
  }

  const evaluated = (policies: readonly Policy[]) =>
    connections
      .filter(({ from, to, port }) => allowed(policies, from.end, to.end, port.port, port.protocol))
      .map(lineOf);

  /** The connections whose first packet reaches its target. */
  async function measured(): Promise<string[]> {
    const origins = [...new Set(connections.map(({ from }) => from))];
    const reached = await Promise.all(
      origins.map(async ({ origin, name }) => {
        const own = connections.filter(({ from }) => from.name === name);
        const results = await tryConnections(
          origin,
          own.map(({ to, port }) => ({ address: to.address, ...port })),
        );
        return own.filter((_, index) => results[index]);
      }),
    );
    return reached.flat().map(lineOf);
  }

  it("allows exactly the connections that an evaluation of the policies allows", async () => {
    const reached = await measured();
    assert.deepEqual(reached, evaluated(await readPolicies()));
    record("Security", {
      fault:
        "connections with real packets between each pod and job, an unknown pod, another namespace's pod, a node and the world",
      holds:
        "the database accepts only WordPress and its jobs, WordPress only those and the cache, the cache everything; only WordPress, its jobs and the cache (DNS) connect to the world",
      measured: `${connections.length} connections, ${reached.length} of them reached their target`,
    });
  });

  it("opens forbidden connections without default-deny, and blocks the site's own without any other policy", async () => {
    const policies = await readPolicies();
    const before = evaluated(policies);
    const changes: Record<string, string> = {};
    for (const policy of policies) {
      const { name } = policy.metadata;
      const rest = evaluated(policies.filter((other) => other !== policy));
      await site.cluster.kubectl("delete", "networkpolicy", name, "--namespace", namespace);
      await site.cluster.until(`the network enforces all policies except ${name}`, 30, async () => {
        return String(await measured()) === String(rest);
      });
      const opened = rest.filter((line) => !before.includes(line)).length;
      const closed = before.filter((line) => !rest.includes(line)).length;
      changes[name] = opened > 0 ? "opens" : closed > 0 ? "closes" : "nothing";
      const { metadata, spec } = policy;
      const object = {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name, namespace: metadata.namespace },
        spec,
      };
      await site.cluster.apply(JSON.stringify(object));
    }
    assert.deepEqual(changes, {
      "default-deny": "opens",
      mariadb: "closes",
      "wordpress-cache": "closes",
      "wordpress-egress": "closes",
      "wordpress-from-stack": "closes",
    });
  });
});

function placeOf({ metadata, status }: SitePod, podNamespace: string): Place {
  const { name, uid, labels = {} } = metadata;
  const address = status.podIP ?? assert.fail(`${name} has no address`);
  const end: PolicyPod = { name, namespace: podNamespace, labels, address };
  return { name, address, end, origin: { pid: processOfPod(uid) }, ports: podPorts };
}

/** A pod that runs nothing. */
function standIn([podNamespace, name, app]: (typeof standIns)[number]): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${podNamespace}
  labels: { stand-in: "true"${app === undefined ? "" : `, app: ${app}`} }
spec:
  automountServiceAccountToken: false
  securityContext: { runAsNonRoot: true, runAsUser: 65535, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: pause
      image: registry.k8s.io/pause:3.10
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
`;
}
