import * as assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { nfsDriverValues } from "../../components/storage/nfs/nfsDriverValues";
import { nfsDriver, nfsDriverChart, nfsName } from "../../components/storage/nfs/nfsNames";
import { chartClasses, openEbsValues } from "../../components/storage/openebs/openEbsValues";
import { ensureHelm } from "../../lab/helm/build";
import { run } from "../../lab/support/processes";

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const registry = "registry.example.com";
const credentials = { rootPassword: "of-the-stack", userPassword: "of-the-stack-too" };

/** The variants in which the program installs OpenEBS. */
export const forms = [
  { engine: "hostpath", logging: false },
  { engine: "replicated", logging: false },
  { engine: "replicated", logging: true },
] as const;

/** The source of a chart. */
export interface ChartPlace {
  readonly repository: string;
  readonly version: string;
}

/**
 * Renders the chart with the program's values, and checks the result: the expected classes, images from one registry, and no
 * component that the values do not request.
 */
export async function checkRendered({ engine, logging }: (typeof forms)[number], place: ChartPlace): Promise<void> {
  const values = openEbsValues({
    ...{ engine, imageRegistry: registry, snapshotCrds: true, members: 3 },
    logging: logging ? credentials : undefined,
  });
  const { text, ofKind } = await render("openebs", "openebs", place, values);
  assert.deepEqual(ofKind("StorageClass").sort(), [...chartClasses(engine, logging)].sort());
  const workloads = ["Deployment", "DaemonSet", "StatefulSet", "ConfigMap"].flatMap(ofKind);
  const unrequested = logging
    ? /lvm|zfs|rawfile|callhome|telemetry/
    : /lvm|zfs|rawfile|callhome|telemetry|loki|alloy|minio/;
  assert.deepEqual(
    workloads.filter((name) => unrequested.test(name)),
    [],
  );
  if (logging) assert.ok(text.includes(credentials.rootPassword) && text.includes(credentials.userPassword));
}

/** Renders the chart of the NFS driver in the same way: only the driver, without classes and snapshots. */
export async function checkNfsDriver(repository: string): Promise<void> {
  const place = { repository, version: nfsDriverChart.version };
  const { text, ofKind } = await render(nfsDriverChart.name, nfsName, place, nfsDriverValues(registry));
  assert.deepEqual(ofKind("CSIDriver"), [nfsDriver]);
  assert.deepEqual(ofKind("StorageClass"), []);
  assert.deepEqual(ofKind("Deployment"), ["csi-nfs-controller"]);
  assert.deepEqual(ofKind("DaemonSet"), ["csi-nfs-node"]);
  assert.ok(!/snapshotter|snapshot-controller/.test(text));
}

/** Renders a chart with Helm. Checks that every image is from the one registry. */
async function render(chart: string, namespace: string, { repository, version }: ChartPlace, values: object) {
  const args = ["template", chart, chart, "--repo", repository, "--version", version, "--namespace", namespace];
  const text = await run(await ensureHelm(), [...args, "--values=-"], { input: JSON.stringify(values) });
  const objects = parseAllDocuments(text).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
  const images = objects.flatMap((object) => valuesOf("image", object)).filter((image) => typeof image === "string");
  assert.ok(images.length > 0, "no image was rendered");
  assert.deepEqual([...new Set(images)].filter((image) => !image.startsWith(`${registry}/`)).sort(), []);
  const ofKind = (kind: string) =>
    objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  return { text, ofKind };
}

/** All values of fields of that name, however deep. */
function valuesOf(field: string, value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = Object.entries(value as Record<string, unknown>);
  return fields.flatMap(([name, inner]) => (name === field ? [inner] : valuesOf(field, inner)));
}
