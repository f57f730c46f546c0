import { Kubectl, KubectlError } from "../../components/kubectl/client";
import type { AnyObject } from "../../components/kubernetes/objects";
import { type KubectlCall, kubectlCall } from "../engine/support/kubectlCall";
import { listed } from "./listed";

/** Objects by plural kind, as for `kubectl get`; a function is called for each list. */
export type Objects = Readonly<Record<string, readonly AnyObject[] | (() => readonly AnyObject[])>>;

export interface SmallKubectlOptions {
  /** Converts a created object, e.g. adds a status. @default the object itself */
  readonly created?: (object: AnyObject) => AnyObject;
  /** Converts a patched object, e.g. a claim with a larger volume. @default the object itself */
  readonly patched?: (object: AnyObject) => AnyObject;
  /** Responses of the verbs that neither read nor change objects: `logs`, `exec`. */
  readonly answer?: (call: KubectlCall) => string | Promise<string>;
}

/** Cluster-scoped kinds. */
const clusterKinds = [
  ...["csidrivers", "csinodes", "customresourcedefinitions", "namespaces", "nodes", "persistentvolumes"],
  "storageclasses",
];

/**
 * A simulated kubectl on a cluster with these objects. It reads, creates, deletes, annotates and patches by namespace, name, label
 * selector and field selector, like the API server. The cluster does not know kinds that the test has not listed.
 */
export class SmallKubectl extends Kubectl {
  /** Every call, in order. */
  readonly calls: KubectlCall[] = [];
  private readonly objects: Record<string, readonly AnyObject[] | (() => readonly AnyObject[])>;

  constructor(
    objects: Objects,
    private readonly options: SmallKubectlOptions = {},
  ) {
    super({});
    this.objects = { ...objects };
    for (const [kind, items] of Object.entries(objects)) if (typeof items !== "function") items.forEach(checked(kind));
  }

  override async run(args: readonly string[], input = ""): Promise<string> {
    const call = kubectlCall(args, input);
    this.calls.push(call);
    const [kind = "", ...names] = call.words;
    switch (call.verb) {
      case "get":
        return JSON.stringify(names[0] === undefined ? { items: this.selected(call) } : this.named(call)[0]);
      case "create": {
        const named = { kind, metadata: { name: names[0] ?? "", uid: `uid-${names[0]}` } };
        return this.create(input === "" ? named : (JSON.parse(input) as typeof named));
      }
      case "delete": {
        const gone = names.length === 0 ? this.selected(call) : this.named(call);
        this.replace(kind, (object) => (gone.includes(object) ? [] : [object]));
        if (plural(kind) === "namespaces") this.empty(gone.map(({ metadata }) => metadata.name));
        return "";
      }
      case "annotate": {
        const annotations = Object.fromEntries(names.slice(1).map((pair) => pair.split("=") as [string, string]));
        return this.merge(call, { metadata: { annotations } });
      }
      case "patch":
        return this.merge(call, JSON.parse(call.flags.patch ?? "{}") as object);
      default:
        if (this.options.answer) return this.options.answer(call);
        throw new Error(`the tests' kubectl does not support: ${args.join(" ")}`);
    }
  }

  /** The existing objects of a kind. @throws KubectlError where the cluster does not know the kind */
  all(kind: string): readonly AnyObject[] {
    const items = this.objects[plural(kind)];
    if (items === undefined) throw new KubectlError(`error: the server doesn't have a resource type "${kind}"`);
    if (typeof items !== "function") return items;
    const now = items();
    now.forEach(checked(plural(kind)));
    return now;
  }

  /** The existing objects of a kind, as `namespace/name` or, without a namespace, `name`. */
  names(kind: string): string[] {
    return this.all(kind).map(({ metadata: { namespace, name } }) => [namespace, name].filter(Boolean).join("/"));
  }

  /** The calls with these verbs, each as verb and words: `delete job wordpress-merge`. */
  said(...verbs: readonly string[]): string[] {
    return this.calls.filter(({ verb }) => verbs.includes(verb)).map(({ verb, words }) => [verb, ...words].join(" "));
  }

  private create({ kind, ...object }: AnyObject & { kind: string }): string {
    const plural = `${kind.toLowerCase()}s`;
    const made = this.options.created?.(object) ?? object;
    checked(plural)(made);
    this.objects[plural] = [...this.all(plural), made];
    return "";
  }

  /** Deletes the objects of deleted namespaces. */
  private empty(namespaces: readonly string[]): void {
    for (const [kind, items] of Object.entries(this.objects)) {
      if (typeof items === "function") continue;
      this.objects[kind] = items.filter(({ metadata }) => !namespaces.includes(metadata.namespace ?? ""));
    }
  }

  private merge(call: KubectlCall, change: object): string {
    const [found] = this.named({ ...call, words: call.words.slice(0, 2) });
    const { patched = (object) => object } = this.options;
    const result = patched(merged(found, change) as AnyObject);
    this.replace(call.words[0] ?? "", (object) => (object === found ? [result] : [object]));
    return "";
  }

  private replace(kind: string, change: (object: AnyObject) => AnyObject[]): void {
    this.objects[plural(kind)] = this.all(kind).flatMap(change);
  }

  private selected({ words: [kind = ""], flags }: KubectlCall): readonly AnyObject[] {
    return listed(this.all(kind), { ...flags, namespace: namespaceOf(flags) });
  }

  /** @throws KubectlError if an object does not exist, unless that is ignored */
  private named({ words: [kind = "", ...names], flags }: KubectlCall): readonly AnyObject[] {
    const inNamespace = listed(this.all(kind), { namespace: namespaceOf(flags) });
    return names.flatMap((name) => {
      const found = inNamespace.filter(({ metadata }) => metadata.name === name);
      if (found.length === 0 && flags["ignore-not-found"] !== "true") {
        throw new KubectlError(`Error from server (NotFound): ${plural(kind)} "${name}" not found`);
      }
      return found;
    });
  }
}

/** The namespace of a call; undefined for all. */
function namespaceOf(flags: KubectlCall["flags"]): string | undefined {
  return "all-namespaces" in flags ? undefined : (flags.namespace ?? "default");
}

function plural(kind: string): string {
  const [name = "", ...group] = kind.split(".");
  return [name.endsWith("s") ? name : `${name}s`, ...group].join(".");
}

/** @throws Error for an object in the wrong scope: a pod without a namespace, a node in one */
function checked(kind: string) {
  return ({ metadata: { name, namespace } }: AnyObject) => {
    if ((namespace === undefined) === clusterKinds.includes(kind)) return;
    throw new Error(`invalid fixture: ${kind} ${name} in the namespace ${namespace}`);
  };
}

function merged(value: unknown, change: unknown): unknown {
  if (typeof change !== "object" || change === null || Array.isArray(change)) return change;
  const fields = Object.entries(change).map(([key, inner]) => [
    key,
    merged((value as Readonly<Record<string, unknown>> | undefined)?.[key], inner),
  ]);
  return { ...(value as object | undefined), ...Object.fromEntries(fields) };
}
