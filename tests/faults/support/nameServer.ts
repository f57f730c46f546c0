import * as assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { signal } from "../../../lab/cluster/endProcesses";
import { bridgePorts, network } from "../../../lab/cluster/layout";
import { isLabDaemon, readProcesses } from "../../../lab/cluster/processTable";

/** Suspends the cluster's name server for some seconds. Clients get no response, as if its only pod had died. */
export async function silenceNameServer(seconds: number): Promise<void> {
  const servers = readProcesses().filter(
    (entry) => isLabDaemon(entry) && path.basename(entry.argv[0] ?? "") === "coredns",
  );
  assert.equal(servers.length, 1, "the lab has one name server");
  const { pid } = servers[0] ?? assert.fail();
  signal(pid, "SIGSTOP");
  try {
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([`${network.gateway}:${bridgePorts.dns}`]);
    await assert.rejects(resolver.resolve4(`kubernetes.default.svc.${network.domain}`), { code: "ETIMEOUT" });
    await wait(seconds * 1000);
  } finally {
    signal(pid, "SIGCONT");
  }
}
