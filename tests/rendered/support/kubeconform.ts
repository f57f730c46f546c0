import * as assert from "node:assert/strict";
import * as path from "node:path";
import { kubernetesVersion } from "../../../lab/kubernetes/build";
import { inFiles, type Objects } from "./objects";
import { ensureSchemas, schemaTemplate } from "./schemas";
import { ensureKubeconform, printedBy } from "./tools";

/** The kinds without a schema in Kubernetes: OpenEBS and the snapshot controller define them. */
export const foreignKinds = ["openebs.io/v1beta3/DiskPool", "snapshot.storage.k8s.io/v1/VolumeSnapshotClass"];

/** kubeconform's result for objects, by resource name. */
export interface Conformity {
  readonly valid: readonly string[];
  readonly skipped: readonly string[];
  /** The problems of the others. */
  readonly problems: Readonly<Record<string, string>>;
}

/** kubeconform's output. */
interface Printed {
  readonly resources: readonly { readonly filename: string; readonly status: string; readonly msg: string }[];
  readonly summary: Readonly<Record<"valid" | "invalid" | "errors" | "skipped", number>>;
}

/** Validates objects with the schemas of the lab's Kubernetes. A field that the schema lacks is an error. */
export async function conformity(objects: Objects): Promise<Conformity> {
  const kubeconform = await ensureKubeconform();
  const schemas = path.join(await ensureSchemas(), schemaTemplate);
  const options = ["-strict", "-kubernetes-version", kubernetesVersion, "-schema-location", schemas];
  const printed = await inFiles(objects, (files) =>
    printedBy(kubeconform, [
      ...[...options, "-skip", foreignKinds.join(","), "-output", "json", "-summary", "-verbose"],
      ...files,
    ]),
  );
  const { resources, summary } = JSON.parse(printed) as Printed;
  const named = (...statuses: string[]) =>
    resources
      .filter(({ status }) => statuses.includes(status))
      .map(({ filename, msg }) => [path.basename(filename, ".json"), msg] as const)
      .sort();
  const [valid, skipped] = [named("statusValid"), named("statusSkipped")];
  const problems = named("statusInvalid", "statusError");
  assert.deepEqual(
    [valid.length, skipped.length, problems.length],
    [summary.valid, summary.skipped, summary.invalid + summary.errors],
    "kubeconform lists other objects than it counts",
  );
  return {
    valid: valid.map(([name]) => name),
    skipped: skipped.map(([name]) => name),
    problems: Object.fromEntries(problems),
  };
}
