import * as assert from "node:assert/strict";
import type { Volume } from "../../../components/kubernetes/objects";
import type { LabSite } from "./labSite";
import { comparableObjects } from "./comparableObjects";

interface Checkpoint {
  readonly deployment: {
    readonly pending_operations?: readonly object[];
    readonly resources?: readonly { readonly type: string; readonly inputs?: StatedInputs }[];
  };
}
interface StatedInputs {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
}

/**
 * Asserts that a site with shared content has converged: it answers, WordPress was installed once, the state and the cluster have the
 * same objects, no operation is pending, and a further `up` changes nothing.
 */
export async function assertConverged(site: LabSite): Promise<void> {
  const state = JSON.parse(await site.project.pulumi("stack", "export")) as Checkpoint;
  assert.deepEqual(state.deployment.pending_operations ?? [], []);
  const known = (state.deployment.resources ?? [])
    .filter(({ type }) => /^kubernetes:[^:]+\/v1:/.test(type))
    .map(({ inputs }) => `${inputs?.kind}/${inputs?.metadata?.name}`);
  const there = Object.keys(await comparableObjects(site)).filter(
    (name) => !/^PersistentVolumeClaim\/data-/.test(name),
  );
  assert.deepEqual(there, known.sort());
  assert.deepEqual(await site.claims(), ["data-mariadb-0", "wordpress-content"]);
  assert.equal(await site.status(), 200);
  assert.equal((await site.rows("show tables")).trim().split("\n").length, 12);
  assert.equal((await site.rows("select count(*) from wp_users")).trim(), "1");
  assert.deepEqual(Object.keys((await site.project.up()).changes), ["same"]);
}

/** Asserts that a destroyed site has left no resource, namespace or volume. */
export async function assertDestroyed({ project, cluster, namespace }: LabSite): Promise<void> {
  assert.deepEqual(await project.resources(), []);
  assert.ok(!(await cluster.names("namespaces")).includes(namespace));
  const { items } = await cluster.json<{ items: Volume[] }>("get", "persistentvolumes");
  assert.deepEqual(
    items.filter(({ spec }) => spec.claimRef?.namespace === namespace),
    [],
  );
}
