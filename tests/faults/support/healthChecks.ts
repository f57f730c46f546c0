import * as assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { signal } from "../../../lab/cluster/endProcesses";
import type { LabSite } from "../../e2e/support/labSite";
import { databasePod, processesOf } from "./pods";

/**
 * Suspends each health check process of the database, as if no processor time were left for it. The database itself keeps running.
 * Kubernetes kills the processes at their timeout.
 */
export async function delayHealthChecks(site: LabSite, seconds: number): Promise<string> {
  const pod = await databasePod(site);
  const stopped = new Set<number>();
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    for (const { pid, argv } of processesOf(pod)) {
      if (stopped.has(pid) || !argv.some((argument) => argument.endsWith("healthcheck.sh"))) continue;
      signal(pid, "SIGSTOP");
      stopped.add(pid);
    }
    await wait(20);
  }
  assert.ok(stopped.size >= 3, `${stopped.size} health checks were stopped`);
  return `${stopped.size} health checks without an answer`;
}
