import * as assert from "node:assert/strict";
import * as path from "node:path";
import type { AnyObject } from "../../components/kubernetes/objects";
import { migrateContent, type MigrationRequest } from "../../components/wordpress/content/migration";
import { contentClaimName } from "../../components/storage/claims/claims";
import { deploy } from "../../stacks/wordpress";
import { registeredByStack } from "../support/golden";
import { load } from "../support/loadedConfig";
import { answers, type Registered, registeredBy } from "../support/mocks";
import { isRecord, property, unwrapped } from "../support/properties";
import { withObjectCache } from "../support/siteConfig";
import { SmallKubectl } from "../support/smallKubectl";

interface KeyReference {
  readonly name: string;
  readonly key: string;
}

interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef?: KeyReference; readonly configMapKeyRef?: KeyReference };
  }[];
  readonly envFrom?: readonly { readonly secretRef?: { name: string }; readonly configMapRef?: { name: string } }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  readonly ports?: readonly { readonly name: string }[];
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string; readonly items?: readonly { readonly key: string }[] };
    readonly secret?: { readonly secretName: string; readonly items?: readonly { readonly key: string }[] };
    readonly persistentVolumeClaim?: { readonly claimName: string };
  }[];
}

const shared = { content: "shared", contentStorageClass: "many", "kubernetes:context": "test" };
const deployed = (config: Record<string, string>) => () =>
  registeredBy(() => deploy(load({ ...config, "kubernetes:context": "test" })), answers);

describe("references of pods to other objects", function () {
  this.timeout(5 * 60_000);
  for (const [title, stack, pods] of [
    ["dev", () => registeredByStack("dev"), 7],
    ["production", () => registeredByStack("production"), 7],
    ["openebs, with its NFS server", () => registeredByStack("openebs"), 8],
    ["content per pod", deployed({ content: "perPod" }), 2],
    ["an object cache", deployed({ ...shared, ...withObjectCache }), 9],
    ["contentMigration, and the jobs that its script creates", migrating, 8 + 3],
  ] as const) {
    it(`are registered with each referenced key in a stack with ${title}`, async () => {
      const resources = await stack();
      const templates = resources.flatMap((resource) => podOf(resource) ?? []);
      assert.equal(templates.length, pods, "pods of the stack");
      assert.deepEqual(
        templates.flatMap((template) => missing(template, resources)),
        [],
      );
      assert.deepEqual(servicesWithoutPods(resources), []);
    });
  }
});

/** A stack that migrates the content of two pods' claims, with these claims and the jobs that the script creates. */
async function migrating(): Promise<Registered[]> {
  const resources = await deployed({ ...shared, contentMigration: "merge" })();
  const command = resources.find(({ inputs }) => inputs.create === "migrate-content");
  const request = JSON.parse(String(property(command?.inputs, "environment.REQUEST"))) as MigrationRequest;
  const claim = (name: string) => ({ metadata: { name, namespace: request.namespace, uid: name } });
  const podClaims = ["data-wordpress-0", "data-wordpress-1"].map(claim);
  const jobs: AnyObject[] = [];
  const created = (job: AnyObject) => {
    jobs.push(job);
    return { ...job, status: { conditions: [{ type: "Complete", status: "True" }] } };
  };
  const objects = { persistentvolumeclaims: [...podClaims, claim(contentClaimName)], pods: [], jobs: [] };
  await migrateContent(new SmallKubectl(objects, { created, answer: () => "" }), request, () => undefined);
  return [
    ...resources,
    ...podClaims.map((object) => asRegistered("kubernetes:core/v1:PersistentVolumeClaim", object)),
    ...jobs.map((object) => asRegistered("kubernetes:batch/v1:Job", object)),
  ];
}

function asRegistered(type: string, object: AnyObject): Registered {
  const { name } = object.metadata;
  return { ...{ type, name, inputs: { ...object } }, protect: false, ignoreChanges: [], secretOutputs: [] };
}

interface Template {
  readonly owner: Registered;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

function podOf(owner: Registered): Template | undefined {
  const template = property(owner.inputs, "spec.template") ?? property(owner.inputs, "spec.jobTemplate.spec.template");
  if (!isRecord(template) || !isRecord(template.spec)) return undefined;
  const labels = property(template, "metadata.labels") as Template["labels"];
  return { owner, namespace: namespaceOf(owner), labels, spec: template.spec as unknown as PodSpec };
}

/** The references of a pod that the stack lacks, a line each. */
function missing({ owner, namespace, spec }: Template, resources: readonly Registered[]): string[] {
  const found: string[] = [];
  const need = (kind: string, name: string, keys: readonly string[] = []) => {
    const object = resources.find((one) => one.type.endsWith(`:${kind}`) && isNamed(one, namespace, name));
    if (!object) return found.push(`${owner.name}: no ${kind} ${namespace}/${name}`);
    const known = keysOf(object);
    for (const key of keys) if (!known.includes(key)) found.push(`${owner.name}: no key ${key} in ${kind} ${name}`);
  };
  // Every namespace has the account "default".
  if (spec.serviceAccountName !== undefined) need("ServiceAccount", spec.serviceAccountName);
  const claimTemplates = (property(owner.inputs, "spec.volumeClaimTemplates") ?? []) as {
    metadata: { name: string };
  }[];
  const volumes = spec.volumes ?? [];
  for (const { configMap, secret, persistentVolumeClaim } of volumes) {
    if (configMap)
      need(
        "ConfigMap",
        configMap.name,
        configMap.items?.map(({ key }) => key),
      );
    if (secret)
      need(
        "Secret",
        secret.secretName,
        secret.items?.map(({ key }) => key),
      );
    if (persistentVolumeClaim) need("PersistentVolumeClaim", persistentVolumeClaim.claimName);
  }
  for (const { name: container, command = [], env = [], envFrom = [], volumeMounts = [], ...rest } of containersOf(
    spec,
  )) {
    for (const { secretRef, configMapRef } of envFrom) {
      if (secretRef) need("Secret", secretRef.name);
      if (configMapRef) need("ConfigMap", configMapRef.name);
    }
    for (const { valueFrom: { secretKeyRef, configMapKeyRef } = {} } of env) {
      if (secretKeyRef) need("Secret", secretKeyRef.name, [secretKeyRef.key]);
      if (configMapKeyRef) need("ConfigMap", configMapKeyRef.name, [configMapKeyRef.key]);
    }
    for (const { name, mountPath, subPath } of volumeMounts) {
      const volume = volumes.find((one) => one.name === name);
      const isClaim = claimTemplates.some(({ metadata }) => metadata.name === name);
      if (!volume && !isClaim) found.push(`${owner.name}: no volume ${name} for container ${container}`);
      if (volume?.configMap && subPath !== undefined) need("ConfigMap", volume.configMap.name, [subPath]);
      const files = command.filter((word) => word.startsWith(`${mountPath}/`)).map((word) => path.basename(word));
      if (volume?.configMap) need("ConfigMap", volume.configMap.name, files);
    }
    const ports = (rest.ports ?? []).map(({ name }) => name);
    for (const [, port = ""] of JSON.stringify(rest).matchAll(/"port":"([^"]+)"/g)) {
      if (!ports.includes(port)) found.push(`${owner.name}: no port ${port} for a probe of container ${container}`);
    }
  }
  return found;
}

/** Services that select no pod of the stack, or name a port that the pods lack. */
function servicesWithoutPods(resources: readonly Registered[]): string[] {
  const templates = resources.flatMap((resource) => podOf(resource) ?? []);
  return resources
    .filter(({ type }) => type.endsWith(":Service"))
    .flatMap((service) => {
      const selector = Object.entries(property(service.inputs, "spec.selector") as Record<string, string>);
      const ports = property(service.inputs, "spec.ports") as { port: number; targetPort?: string }[];
      const selected = templates.filter(
        ({ namespace, labels }) =>
          namespace === namespaceOf(service) && selector.every(([key, value]) => labels[key] === value),
      );
      const has = (pod: Template, target: string) =>
        containersOf(pod.spec).some((container) => container.ports?.some(({ name }) => name === target));
      const unknown = ports
        .flatMap(({ targetPort }) => targetPort ?? [])
        .filter((target) => !selected.every((pod) => has(pod, target)));
      return [
        ...(selected.length === 0 ? [`${service.name} selects no pod`] : []),
        ...unknown.map((target) => `${service.name}: no port ${target}`),
      ];
    });
}

function containersOf({ containers, initContainers = [] }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers];
}

function keysOf({ inputs }: Registered): string[] {
  return ["data", "stringData"].flatMap((field) => Object.keys(unwrapped(inputs[field]) ?? {}));
}

function namespaceOf({ inputs }: Registered): string {
  return String(property(inputs, "metadata.namespace"));
}

function isNamed(resource: Registered, namespace: string, name: string): boolean {
  return namespaceOf(resource) === namespace && property(resource.inputs, "metadata.name") === name;
}
