import { isIP } from "node:net";
import type { PlainObject, PlainValue } from "../../../lab/plugins/support/propertyValues";
import { textAt } from "../../../lab/plugins/kubernetes/objects";
import type { LabSite } from "./labSite";

/** Kinds of the objects that a stack creates. */
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

/** The objects of the site's namespace without the server's fields, by `Kind/name`, except those that every namespace has. */
export async function comparableObjects({ cluster, namespace }: LabSite): Promise<Record<string, unknown>> {
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

/** @param addresses of Services, by which they are replaced with the Service's name: a recreated Service has another address */
function stated(value: PlainValue | undefined, addresses: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => stated(item, addresses));
  if (typeof value === "string") return addresses.get(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !serversFields.includes(name));
  return Object.fromEntries(entries.map(([name, field]) => [name, stated(field, addresses)]));
}
