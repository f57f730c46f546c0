import type {
  AnyObject,
  Claim,
  DiskPool,
  Namespace,
  Node,
  Pod,
  Service,
  StorageClass,
  Volume,
} from "../../../components/kubernetes/objects";
import { listed } from "../../support/listed";
import { property } from "../../support/properties";
import type { RecordedCall } from "../../support/recordedCall";
import type { RecordingProvider } from "../../support/recordingProvider";
import type { KubectlCall } from "./kubectlCall";
import { grown, reconciled, type SmallClaim } from "./smallClaims";
import { SmallDatabase } from "./smallDatabase";
import { type Kubeconfig, mergedKubeconfig, smallKubeconfig } from "./smallKubeconfig";

/** Kinds in no namespace that the program deletes, as it names them. */
const clusterKinds = ["customresourcedefinition", "persistentvolume"];

/**
 * The cluster that the program's own kubectl finds in the engine tests: what the recording provider holds, the claims that
 * its StatefulSets would make, and what a test puts beside it. Its contexts are `small` and `renamed`; another one, `other`, leads
 * to another cluster, which is empty.
 */
export class SmallCluster {
  /** The class that claims without one get: `standard`, `fast` or `fixed`. */
  defaultClass = "standard";
  /** Services of other people. */
  readonly services: Service[] = [];
  readonly pods: Pod[] = [];
  /** What the pods' containers have printed, by `namespace/name` of the pod. */
  readonly logs: Record<string, string> = {};
  /** Volumes of other people. */
  readonly volumes: Volume[] = [];
  /** Namespaces of other people, on every cluster. */
  readonly foreignNamespaces: Pick<Namespace, "metadata">[] = [];
  /** Whether the stack's namespaces are there; not when somebody has deleted them by hand. */
  hasOwnNamespaces = true;
  /** Definitions that somebody else brought. */
  readonly definitions: AnyObject[] = [];
  readonly nodes: Node[] = ["k0", "k1", "k2"].map(testNode);
  /** Status of the pools that are there, by name; Online unless it says otherwise. */
  readonly poolStatus: Record<string, NonNullable<DiskPool["status"]>> = {};
  /** OpenEBS's DaemonSets and the revisions of their pods. */
  readonly daemonSets: AnyObject[] = [];
  readonly controllerRevisions: AnyObject[] = [];
  /** What kubectl deleted of the cluster's own objects: kind and names. */
  readonly deleted: string[] = [];
  /** Another number is another cluster in its place: empty, behind the same context, at an address of its own. */
  incarnation = 1;
  /** Whether other clusters have the same nodes and storage classes, and else nothing. @default they have nothing at all */
  areOthersComplete = false;
  /** Claims on other clusters, as `namespace/name`. */
  claimsOfOthers: readonly string[] = [];
  /** Another number is another address of the same cluster. @default the incarnation */
  address: number | undefined;
  /** Another number is another CA of the same cluster. @default the address */
  authority: number | undefined;
  /** What kubectl says instead of an answer, such as of credentials that have expired. @default nothing */
  refusal: string | undefined;
  readonly database = new SmallDatabase();
  /** What the site's pods print of a plugin or theme that is fatal. */
  fatalError = "";
  /** The status of Deployments that are not rolled out yet, by name: one each time that they are listed. */
  private readonly rollouts = new Map<string, object[]>();
  /** Every call of kubectl, in order. */
  readonly calls: KubectlCall[] = [];
  private claims: SmallClaim[] = [];

  constructor(private readonly provider: RecordingProvider) {}

  /** Shows a Deployment with fewer ready pods than it has. @param ready how many are, one number for each time that it is listed */
  showUnready(deployment: string, pods: number, ready: readonly number[]): void {
    const status = { observedGeneration: 1, replicas: pods, updatedReplicas: pods };
    this.rollouts.set(
      deployment,
      ready.map((readyReplicas) => ({ ...status, readyReplicas })),
    );
  }

  /** How often {@link showUnready} will be obeyed yet. */
  unreadyLeft(deployment: string): number {
    return this.rollouts.get(deployment)?.length ?? 0;
  }

  /** Names of the claims that are there, with their sizes. */
  get claimSizes(): Record<string, string> {
    const sizes = this.present().map(({ metadata, spec }) => [metadata.name, spec.resources.requests.storage]);
    return Object.fromEntries(sizes) as Record<string, string>;
  }

  /** Makes and deletes the claims that are due, as controllers do by themselves; whoever asks for claims has it done, too. */
  settle(): void {
    this.claims = reconciled(this.claims, this.made("StatefulSet"), this.defaultClass);
  }

  /**
   * What kubectl prints.
   * @param files the list in KUBECONFIG; where it is empty, kubectl's own file leads to this cluster
   * @throws Error where a real one would, or where this one does not know the call
   */
  answer(call: KubectlCall, files: readonly string[] = []): string {
    this.calls.push(call);
    const { verb, words, flags } = call;
    const [kind = "", name] = words;
    const kubeconfig = this.kubeconfigOf(flags, files);
    if (verb === "config") return configAnswer(kubeconfig, kind, flags);
    if (!hasContext(kubeconfig, flags.context)) throw new Error(`context "${flags.context}" does not exist`);
    if (verb === "create") return allAllowed(call.input);
    if (verb === "delete" && kind === "persistentvolumeclaim") {
      return this.incarnation === 1 ? this.release(words.slice(1), flags) : this.releaseOfOther(words.slice(1), flags);
    }
    if (verb === "delete" && kind === "pods") return this.deletePods(flags);
    if (verb === "delete" && clusterKinds.includes(kind)) return `${this.deleted.push(words.join(" "))}`;
    if (verb === "patch" && kind === "persistentvolumeclaim") return this.grow(name ?? "", flags);
    if (verb === "logs") return this.logs[this.podPath(kind, flags)] ?? "";
    if (verb === "exec") return this.exec(call);
    if (verb !== "get") throw new Error(`the tests' kubectl does not know: ${JSON.stringify(call)}`);
    if (this.refusal !== undefined) throw new Error(this.refusal);
    const cluster = `${flags.context === "other" ? "other" : "small"} ${this.incarnation}`;
    const system = { metadata: { name: "kube-system", uid: `uid of ${cluster}` } };
    if (name === "kube-system") return JSON.stringify(system);
    const items = listed(cluster === "small 1" ? this.list(kind) : this.listOfOther(kind), flags);
    return JSON.stringify({ items: kind === "namespaces" ? [system, ...this.foreignNamespaces, ...items] : items });
  }

  /** What a call's flag and KUBECONFIG lead to. An open file of the caller's cannot be read here: it has what this cluster's has. */
  private kubeconfigOf({ kubeconfig: file }: KubectlCall["flags"], files: readonly string[]): Kubeconfig {
    if (file !== undefined && !file.startsWith("/dev/fd/")) return mergedKubeconfig([file]);
    if (file === undefined && files.length > 0) return mergedKubeconfig(files);
    return smallKubeconfig("hidden", { address: this.address ?? this.incarnation, authority: this.authority });
  }

  private get classes(): StorageClass[] {
    const given = ["standard", "fast", "fixed"].map((name) => ({
      metadata: {
        ...{ name, uid: `uid-${name}` },
        annotations: { "storageclass.kubernetes.io/is-default-class": String(name === this.defaultClass) },
      },
      provisioner: "example.com/disks",
      allowVolumeExpansion: name !== "fixed",
    }));
    const made = this.made("StorageClass").map((call) => {
      const { provisioner, allowVolumeExpansion } = call.inputs as unknown as StorageClass;
      return { metadata: metadataOf(call), provisioner, allowVolumeExpansion: allowVolumeExpansion ?? false };
    });
    return [...given, ...made];
  }

  private list(kind: string): readonly AnyObject[] {
    switch (kind) {
      case "namespaces":
        return (this.hasOwnNamespaces ? this.made("Namespace") : []).map((call): Namespace => ({
          metadata: metadataOf(call),
          status: { phase: "Active" },
        }));
      case "services":
        return [
          ...this.services,
          ...this.made("Service").map((call) => ({ metadata: metadataOf(call), spec: property(call.inputs, "spec") })),
        ];
      case "storageclasses":
        return this.classes;
      case "nodes":
        return this.nodes;
      case "csidrivers":
        return [];
      case "daemonsets":
        return this.daemonSets;
      case "controllerrevisions.apps":
        return this.controllerRevisions;
      case "customresourcedefinitions":
        return this.definitions;
      case "diskpools.openebs.io":
        return this.made("DiskPool").map((call): DiskPool => ({
          metadata: metadataOf(call),
          spec: property(call.inputs, "spec") as DiskPool["spec"],
          status: this.poolStatus[metadataOf(call).name] ?? { cr_state: "Created", pool_status: "Online", used: 0 },
        }));
      case "persistentvolumeclaims":
        return [
          ...this.present(),
          ...this.made("PersistentVolumeClaim").map((call) => claimOf(call, this.defaultClass)),
        ];
      case "pods":
        return [...this.pods, ...this.servers()];
      case "statefulsets":
        return this.made("StatefulSet").map(rolledOut);
      case "deployments":
        return this.made("Deployment").map((call) => this.rolloutOf(call) ?? rolledOut(call));
      case "secrets":
        return this.made("Secret").map((call) => ({ metadata: metadataOf(call), data: encoded(call) }));
      case "persistentvolumes":
        return this.volumes;
      case "events":
        return [];
      case "volumesnapshots.snapshot.storage.k8s.io":
      case "volumesnapshotcontents.snapshot.storage.k8s.io":
      case "volumesnapshotclasses.snapshot.storage.k8s.io":
        throw new Error(`the server doesn't have a resource type "${kind}"`);
      default:
        throw new Error(`the tests' cluster has no ${kind}`);
    }
  }

  private listOfOther(kind: string): readonly AnyObject[] {
    if (kind === "persistentvolumeclaims") return this.claimsOfOthers.map(claimOfOther);
    if (!this.areOthersComplete) return [];
    return kind === "nodes" ? this.nodes : kind === "storageclasses" ? this.classes : [];
  }

  private rolloutOf(call: RecordedCall) {
    const status = this.rollouts.get(metadataOf(call).name)?.shift();
    return status && { ...rolledOut(call), status };
  }

  private servers(): Pod[] {
    const servers = [...this.made("StatefulSet"), ...this.made("Deployment")].filter(({ inputs }) =>
      ["mariadb", "wordpress"].includes(String(property(inputs, "metadata.name"))),
    );
    return servers.map((call) => ({
      metadata: {
        ...metadataOf(call),
        ...(property(call.inputs, "spec.template.metadata") as Pick<Pod["metadata"], "labels" | "annotations">),
        name: `${metadataOf(call).name}-0`,
      },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    }));
  }

  private exec({ words: [pod = "", ...command], flags, input }: KubectlCall): string {
    const path = this.podPath(pod, flags);
    if (command.includes("php")) return this.fatalError;
    if (pod === "mariadb-0") return this.runSql(input);
    throw new Error(`the tests' kubectl runs nothing in ${path}`);
  }

  /** The pod of a call as `namespace/name`. @throws Error where its namespace has no such pod */
  private podPath(name: string, { namespace = "default" }: KubectlCall["flags"]): string {
    const found = listed(this.list("pods"), { namespace, "field-selector": `metadata.name=${name}` });
    if (found.length === 0) throw new Error(`pods "${name}" not found`);
    return `${namespace}/${name}`;
  }

  /** Deletes pods that a test put there; the others are deleted with their workload. */
  private deletePods({ namespace = "default", selector }: KubectlCall["flags"]): string {
    const selected = listed(this.pods, { namespace, selector });
    this.pods.splice(0, Infinity, ...this.pods.filter((pod) => !selected.includes(pod)));
    return "";
  }

  private runSql(sql: string): string {
    const secret = this.made("Secret").find(({ inputs }) => property(inputs, "metadata.name") === "mariadb");
    const { username = "", password = "" } = (secret && plainData(secret)) ?? {};
    this.database.begin(username, password);
    return this.database.run(sql);
  }

  private grow(name: string, { namespace, patch = "{}" }: KubectlCall["flags"]): string {
    const storage = property(JSON.parse(patch), "spec.resources.requests.storage");
    if (typeof storage !== "string") throw new Error(`the tests' kubectl does not know the patch ${patch}`);
    const isMeant = ({ metadata }: SmallClaim) => metadata.name === name && metadata.namespace === namespace;
    this.claims = this.present().map((claim) => (isMeant(claim) ? grown(claim, storage) : claim));
    return "";
  }

  private release(names: readonly string[], { namespace }: KubectlCall["flags"]): string {
    this.claims = this.present().filter(
      ({ metadata }) => !names.includes(metadata.name) || metadata.namespace !== namespace,
    );
    return "";
  }

  private releaseOfOther(names: readonly string[], { namespace }: KubectlCall["flags"]): string {
    const deleted = names.map((name) => `${namespace}/${name}`);
    this.claimsOfOthers = this.claimsOfOthers.filter((claim) => !deleted.includes(claim));
    return "";
  }

  private present(): readonly SmallClaim[] {
    this.settle();
    return this.claims;
  }

  private made(kind: string): RecordedCall[] {
    return this.provider.objects.filter(({ type }) => type.endsWith(`:${kind}`));
  }
}

/** What `kubectl config` prints. */
function configAnswer(kubeconfig: Kubeconfig, kind: string, { context, output }: KubectlCall["flags"]): string {
  const selected = context ?? kubeconfig["current-context"];
  if (kind === "current-context") {
    if (selected === undefined) throw new Error("current-context is not set");
    return `${selected}\n`;
  }
  if (output === "json") return JSON.stringify(kubeconfig);
  const named = kubeconfig.contexts.find(({ name }) => name === selected);
  if (!named) throw new Error(`cannot locate context ${selected}`);
  const found = kubeconfig.clusters.find(({ name }) => name === named.context.cluster);
  return `${selected}\n${JSON.stringify(found?.cluster)}`;
}

function hasContext({ contexts }: Kubeconfig, context: string | undefined): boolean {
  return context === undefined || contexts.some(({ name }) => name === context);
}

/** The answers to a list of SelfSubjectAccessReviews, a line each. */
function allAllowed(input: string): string {
  const { items } = JSON.parse(input) as { items: unknown[] };
  return items.map(() => "true\n").join("");
}

/** A node that has all that OpenEBS needs. */
export function testNode(name: string): Node {
  return {
    metadata: { name, uid: `uid-${name}` },
    status: {
      addresses: [{ type: "InternalIP", address: "10.0.0.10" }],
      conditions: [{ type: "Ready", status: "True" }],
      capacity: { cpu: "4" },
      allocatable: { "hugepages-2Mi": "2Gi" },
      nodeInfo: { architecture: "amd64", kernelVersion: "6.1.0" },
    },
  };
}

function metadataOf({ inputs, serial }: RecordedCall): Namespace["metadata"] {
  return { ...(property(inputs, "metadata") as Omit<Namespace["metadata"], "uid">), uid: `uid-${serial}` };
}

/** A workload all of whose pods are ready. */
function rolledOut(call: RecordedCall) {
  const replicas = Number(property(call.inputs, "spec.replicas"));
  const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas };
  return {
    metadata: { ...metadataOf(call), generation: 1 },
    spec: { replicas },
    status: { observedGeneration: 1, ...counts },
  };
}

function plainData({ inputs }: RecordedCall): Record<string, string> {
  return property(inputs, "stringData") as Record<string, string>;
}

function encoded(call: RecordedCall): Record<string, string> {
  const encode = (text: string) => Buffer.from(text).toString("base64");
  return Object.fromEntries(Object.entries(plainData(call)).map(([key, text]) => [key, encode(text)]));
}

function claimOfOther(path: string): Claim {
  const [namespace = "", name = ""] = path.split("/");
  return {
    metadata: { namespace, name, uid: `uid of ${path}` },
    spec: { storageClassName: "standard", resources: { requests: { storage: "1Gi" } } },
    status: { phase: "Bound" },
  };
}

/** A claim that the program makes itself; the cluster gives it its default class. */
function claimOf(call: RecordedCall, storageClassName: string): Claim {
  const spec = property(call.inputs, "spec") as Claim["spec"];
  return { metadata: metadataOf(call), spec: { storageClassName, ...spec }, status: { phase: "Bound" } };
}
