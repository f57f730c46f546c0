import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { labEnvironment } from "../lab/cluster/environment";
import { Api } from "../lab/plugins/kubernetes/api";
import { loadKubeconfig } from "../lab/plugins/kubernetes/kubeconfig";
import { turnOnAutomaticLog } from "../lab/pulumi/automaticLog";
import { labPaths, projectRoot } from "../lab/support/paths";
import { main, step } from "../lab/support/progress";
import { useSystemPrograms } from "../lab/support/systemPath";
import { Cluster } from "../tests/e2e/support/cluster";
import { LabCharts } from "../tests/e2e/support/labCharts";
import { LabSite } from "../tests/e2e/support/labSite";
import { Mayastor } from "../tests/e2e/support/mayastor";
import { sharedPlace } from "../tests/e2e/support/sharedSite";
import { poolSettings } from "../tests/support/poolSettings";
import { stopwatch } from "../tests/support/timed";
import { type GrowthFigures, withGrowth } from "./growthReport";
import { SimulatedNodes } from "./simulatedNodes";

const counts = {
  whole: { replicas: [1, 10, 100], pools: [3, 30, 300] },
  smoke: { replicas: [1, 10], pools: [3] },
} as const;

const page = path.join(projectRoot, "docs/development/performance.md");

/** Measures on simulated nodes how resources and times grow with the number of WordPress pods and of pools. */
async function growth(): Promise<void> {
  const { values } = parseArgs({ options: { smoke: { type: "boolean" } } });
  const { replicas, pools } = counts[values.smoke ? "smoke" : "whole"];
  const cluster = new Cluster(labEnvironment());
  turnOnAutomaticLog(labPaths.pulumiHome);
  const nodes = await step("simulated nodes", () => SimulatedNodes.start(cluster));
  try {
    const withReplicas = await growReplicas(nodes, replicas);
    await nodes.remove();
    const withPools: GrowthFigures[] = [];
    for (const count of pools) {
      withPools.push(await step(`${count} pools`, () => makePools(nodes, count)));
      await nodes.remove();
    }
    if (values.smoke) return;
    fs.writeFileSync(page, withGrowth(fs.readFileSync(page, "utf8"), withReplicas, withPools));
  } finally {
    await nodes.stop();
  }
}

/** Scales one site up step by step. Its first pod is real, as are database and jobs. */
async function growReplicas(nodes: SimulatedNodes, replicas: readonly number[]): Promise<GrowthFigures[]> {
  const site = await LabSite.start(sharedPlace("growth", 30131));
  try {
    const figures: GrowthFigures[] = [];
    for (const count of replicas) {
      const bring = () => step(`${count} WordPress pods`, () => figuresOf(site, count));
      await site.project.configure({ wordpressReplicas: String(count) });
      if (count === 1) {
        figures.push(await bring());
        await nodes.add(Math.max(...replicas), { takesPods: true });
      } else {
        figures.push(await nodes.alone(bring));
      }
    }
    return figures;
  } finally {
    await site.stop();
  }
}

/** Deploys a stack with OpenEBS and this many pools, each on a node of its own. */
async function makePools(nodes: SimulatedNodes, count: number): Promise<GrowthFigures> {
  const names = await nodes.add(count, { takesPods: false });
  const charts = await LabCharts.start();
  const mayastor = new Mayastor(new Api(loadKubeconfig({ kubeconfig: labPaths.kubeconfig })));
  const site = await LabSite.start({ namespace: "growth", nodePort: 30131 });
  try {
    await site.project.configure({ "storage.engine": "replicated", ...charts.settings, ...poolSettings(names) });
    return await figuresOf(site, count);
  } finally {
    await site.stop();
    await mayastor.stop();
    charts.stop();
  }
}

/** Deploys the stack's current configuration and measures it. */
async function figuresOf({ project }: LabSite, count: number): Promise<GrowthFigures> {
  const up = await stopwatch(() => project.up());
  const preview = await stopwatch(() => project.preview());
  const second = await stopwatch(() => project.up());
  const { changes } = second.result;
  if (Object.keys(changes).join() !== "same")
    throw new Error(`a second up changed something: ${JSON.stringify(changes)}`);
  const figures = {
    count,
    resources: (await project.resources()).length,
    up: up.seconds,
    preview: preview.seconds,
    upOfNothing: second.seconds,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  return figures;
}

useSystemPrograms();
main(growth);
