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

/** Cluster-scoped kinds that the program deletes, in its own notation. */
const clusterKinds = ["customresourcedefinition", "persistentvolume"];

/**
 * The cluster of the program's kubectl in the engine tests: the objects of the recording provider, the claims of their
 * StatefulSets, and objects that a test adds. Its contexts are `small` and `renamed`. The context `other` leads to another
 * cluster, which is empty.
 */
export class SmallCluster {
  /** The default storage class: `standard`, `fast`, or `fixed`. */
  defaultClass = "standard";
  /** Services of other workloads. */
  readonly services: Service[] = [];
  readonly pods: Pod[] = [];
  /** Logs of pods, by `namespace/name`. */
  readonly logs: Record<string, string> = {};
  /** Volumes of other workloads. */
  readonly volumes: Volume[] = [];
  /** Namespaces of other workloads, on every cluster. */
  readonly namespacesOfOthers: Pick<Namespace, "metadata">[] = [];
  /** Whether the stack's namespaces exist; false imitates a deletion by hand. */
  hasOwnNamespaces = true;
  /** CustomResourceDefinitions of other workloads. */
  readonly definitions: AnyObject[] = [];
  readonly nodes: Node[] = ["k0", "k1", "k2"].map(testNode);
  /** Status of the existing pools, by name. @default Online */
  readonly poolStatus: Record<string, NonNullable<DiskPool["status"]>> = {};
  /** OpenEBS's DaemonSets and the revisions of their pods. */
  readonly daemonSets: AnyObject[] = [];
  readonly controllerRevisions: AnyObject[] = [];
  /** Cluster-scoped objects that kubectl deleted: kind and names. */
  readonly deleted: string[] = [];
  /** Another number replaces the cluster by another one: empty, behind the same context, with another address. */
  incarnation = 1;
  /** Whether other clusters have the same nodes and storage classes. @default they are empty */
  areOthersComplete = false;
  /** Claims on other clusters, as `namespace/name`. */
  claimsOfOthers: readonly string[] = [];
  /** Another number changes the address of the same cluster. @default the incarnation */
  address: number | undefined;
  /** Another number changes the CA of the same cluster. @default the address */
  authority: number | undefined;
  /** An error of kubectl in place of every answer, such as for expired credentials. @default none */
  refusal: string | undefined;
  readonly database = new SmallDatabase();
  /** Output of the site's pods about a plugin or theme with a fatal error. */
  fatalError = "";
  /** Status of Deployments that are not rolled out yet, by name: one for each list. */
  private readonly rollouts = new Map<string, object[]>();
  /** Every call of kubectl, in order. */
  readonly calls: KubectlCall[] = [];
  private claims: SmallClaim[] = [];

  constructor(private readonly provider: RecordingProvider) {}

  /** Shows a Deployment with unready pods. @param ready number of ready pods for each list */
  showUnready(deployment: string, pods: number, ready: readonly number[]): void {
    const status = { observedGeneration: 1, replicas: pods, updatedReplicas: pods };
    this.rollouts.set(
      deployment,
      ready.map((readyReplicas) => ({ ...status, readyReplicas })),
    );
  }

  /** Number of lists for which {@link showUnready} still applies. */
  unreadyLeft(deployment: string): number {
    return this.rollouts.get(deployment)?.length ?? 0;
  }

  /** Sizes of the existing claims, by name. */
  get claimSizes(): Record<string, string> {
    const sizes = this.present().map(({ metadata, spec }) => [metadata.name, spec.resources.requests.storage]);
    return Object.fromEntries(sizes) as Record<string, string>;
  }

  /** Creates and deletes claims as the controllers would. Every list of claims does so first. */
  settle(): void {
    this.claims = reconciled(this.claims, this.made("StatefulSet"), this.defaultClass);
  }

  /**
   * The output of a kubectl call.
   * @param files the files in KUBECONFIG; if empty, kubectl's default file leads to this cluster
   * @throws Error if a real kubectl would fail, or for an unknown call
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
    if (verb === "annotate" && kind === "persistentvolumeclaim") return this.annotate(words.slice(1), flags);
    if (verb === "logs") return this.logs[this.podPath(kind, flags)] ?? "";
    if (verb === "exec") return this.exec(call);
    if (verb !== "get") throw new Error(`the tests' kubectl does not know: ${JSON.stringify(call)}`);
    if (this.refusal !== undefined) throw new Error(this.refusal);
    const cluster = `${flags.context === "other" ? "other" : "small"} ${this.incarnation}`;
    const system = { metadata: { name: "kube-system", uid: `uid of ${cluster}` } };
    if (name === "kube-system") return JSON.stringify(system);
    const items = listed(cluster === "small 1" ? this.list(kind) : this.listOfOther(kind), flags);
    return JSON.stringify({ items: kind === "namespaces" ? [system, ...this.namespacesOfOthers, ...items] : items });
  }

  /** The kubeconfig of a call's flag or of KUBECONFIG. An open file of the caller cannot be read here: this cluster's is used. */
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

  /** The pod of a call as `namespace/name`. @throws Error if its namespace has no such pod */
  private podPath(name: string, { namespace = "default" }: KubectlCall["flags"]): string {
    const found = listed(this.list("pods"), { namespace, "field-selector": `metadata.name=${name}` });
    if (found.length === 0) throw new Error(`pods "${name}" not found`);
    return `${namespace}/${name}`;
  }

  /** Deletes pods that a test added. The other pods are deleted with their workload. */
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

  private annotate([name, ...marks]: readonly string[], { namespace }: KubectlCall["flags"]): string {
    const annotations = Object.fromEntries(marks.map((mark) => mark.split("=") as [string, string]));
    const isMeant = ({ metadata }: SmallClaim) => metadata.name === name && metadata.namespace === namespace;
    if (!this.present().some(isMeant)) throw new Error(`persistentvolumeclaims "${name}" not found`);
    this.claims = this.present().map((claim) =>
      isMeant(claim)
        ? { ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, ...annotations } } }
        : claim,
    );
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

/** The output of `kubectl config`. */
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

/** The answers to a list of SelfSubjectAccessReviews, one line each. */
function allAllowed(input: string): string {
  const { items } = JSON.parse(input) as { items: unknown[] };
  return items.map(() => "true\n").join("");
}

/** A node that meets all requirements of OpenEBS. */
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

/** A workload whose pods are all ready. */
function rolledOut(call: RecordedCall) {
  const replicas = Number(property(call.inputs, "spec.replicas"));
  const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas };
  return {
    metadata: { ...metadataOf(call), generation: 1 },
    spec: { ...(property(call.inputs, "spec") as object), replicas },
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

/** A claim that the program creates. Without a class it gets the cluster's default class. */
function claimOf(call: RecordedCall, storageClassName: string): Claim {
  const spec = property(call.inputs, "spec") as Claim["spec"];
  return { metadata: metadataOf(call), spec: { storageClassName, ...spec }, status: { phase: "Bound" } };
}
