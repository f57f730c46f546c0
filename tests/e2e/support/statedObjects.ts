import { isIP } from "node:net";
import type { PlainObject, PlainValue } from "../../../lab/plugins/support/propertyValues";
import { textAt } from "../../../lab/plugins/kubernetes/objects";
import type { LabSite } from "./labSite";

/** Kinds of which a site has objects that it makes itself. */
const kinds = [
  ...["namespace", "configmap", "secret", "service", "serviceaccount", "persistentvolumeclaim"],
  ...["deployment", "statefulset", "job", "cronjob", "networkpolicy", "poddisruptionbudget"],
];

/** Fields that the server sets: they differ in a recreated object. */
const serversFields = [
  ...["status", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "ownerReferences"],
  ...[
    "clusterIP",
    "clusterIPs",
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
  ],
  ...["controller-uid", "batch.kubernetes.io/controller-uid"],
];

/** What the objects of the site's namespace say, by `Kind/name`; what the cluster makes in every namespace is left out. */
export async function statedObjects({ cluster, namespace }: LabSite): Promise<Record<string, unknown>> {
  const own = await cluster.json<{ items: PlainObject[] }>("get", kinds.slice(1).join(","), "--namespace", namespace);
  const home = await cluster.json<PlainObject>("get", "namespace", namespace);
  const nameOf = (object: PlainObject) => `${textAt(object, "kind")}/${textAt(object, "metadata", "name")}`;
  const services = own.items.filter((object) => isIP(textAt(object, "spec", "clusterIP")));
  const addresses = new Map(services.map((object) => [textAt(object, "spec", "clusterIP"), nameOf(object)]));
  const named = [...own.items, home].map((object) => [nameOf(object), stated(object, addresses)] as const);
  return Object.fromEntries(named.filter(([name]) => !isTheClusters(name)).sort());
}

function isTheClusters(name: string): boolean {
  return (
    name === "ConfigMap/kube-root-ca.crt" || name === "ServiceAccount/default" || /^Job\/wordpress-cron-/.test(name)
  );
}

/** @param addresses of Services, which are other ones when these are recreated: a value that is one is the Service's name instead */
function stated(value: PlainValue | undefined, addresses: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => stated(item, addresses));
  if (typeof value === "string") return addresses.get(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !serversFields.includes(name));
  return Object.fromEntries(entries.map(([name, field]) => [name, stated(field, addresses)]));
}
