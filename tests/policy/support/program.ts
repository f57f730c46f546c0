import type { PolicyResource } from "../../../policy/resource";
import { registeredByStack } from "../../support/golden";
import type { Registered } from "../../support/mocks";
import { unwrappedRecord } from "../../support/properties";
import { withObjectCache } from "../../support/siteConfig";

export interface NamedResource {
  readonly name: string;
  readonly resource: PolicyResource;
}

const dev = (keys: Readonly<Record<string, string | undefined>>) => () => registeredByStack("dev", keys);
const replicated = (disks: object) =>
  JSON.stringify({ engine: "replicated", pools: [{ node: "k0", disk: "/dev/disk/by-id/x" }], ...disks });

/** Stacks that together contain every kind of object that the program creates. */
const stacks = {
  dev: dev({}),
  production: () => registeredByStack("production"),
  openebs: () => registeredByStack("openebs"),
  "openebs with Loki": () => registeredByStack("openebs", { storage: replicated({ logging: true }) }),
  "content perPod": dev({ content: "perPod", contentAccessMode: undefined }),
  "content perPod, retained": dev({ content: "perPod", contentAccessMode: undefined, dataRetention: "retain" }),
  "content of each pod's to be merged": dev({ contentMigration: "merge" }),
  "an object cache and plugins": dev(withObjectCache),
  "no page cache": dev({ pageCache: '{"enabled":false}' }),
  "a domain, proxies and egress to one network": dev({
    siteUrl: "https://blog.example.com",
    trustedProxies: '["10.0.0.0/8"]',
    egress: '["192.0.2.0/24"]',
  }),
  "OpenEBS's hostpath": dev({ storage: '{"engine":"hostpath"}' }),
} as const;

export type ProgramStack = keyof typeof stacks;

export const programStacks = Object.keys(stacks) as ProgramStack[];

const registered = new Map<ProgramStack, NamedResource[]>();

/** The resources of the program with this configuration, as a policy sees them: without secret marks. */
export async function programResources(stack: ProgramStack): Promise<readonly NamedResource[]> {
  const known = registered.get(stack);
  if (known) return known;
  const name = /^(production|openebs)/.test(stack) ? "production" : "dev";
  const resources = (await stacks[stack]()).map((resource) => named(resource, name));
  registered.set(stack, resources);
  return resources;
}

/** The resources of all those stacks. */
export async function allResources(): Promise<NamedResource[]> {
  const all: NamedResource[] = [];
  for (const stack of programStacks) all.push(...(await programResources(stack)));
  return all;
}

function named({ type, name, inputs, protect, secretOutputs }: Registered, stack: string): NamedResource {
  return { name, resource: { type, stack, inputs: unwrappedRecord(inputs), protect, secretOutputs } };
}
