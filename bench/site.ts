import * as http from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { labEnvironment } from "../lab/cluster/environment";
import {
  applyTutorial,
  tutorialNamespace,
  tutorialNodePort,
  installTutorialSite,
  owner,
  removeTutorial,
} from "../tests/e2e/support/tutorial";
import { Cluster } from "../tests/e2e/support/cluster";
import { Visitor } from "../tests/e2e/support/http";
import { LabSite } from "../tests/e2e/support/labSite";
import { stopwatch } from "../tests/support/timed";
import { isUnreachable } from "../tests/support/until";
import { type CommandTimes, commandTimes } from "./commandTimes";
import { podsOf, sharedPlace } from "../tests/e2e/support/sharedSite";
import { type Account, administrator } from "../tests/e2e/support/load";

/** NodePort of both sites, which run one after the other. */
const nodePort = tutorialNodePort;
export const address = `http://127.0.0.1:${nodePort}`;

/** Timeout in milliseconds for pods to serve. */
const limitMs = 300_000;

/** One of the two compared sites, with one WordPress pod. */
export interface BenchSite {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** The workload that owns its pods. */
  readonly workload: "statefulset/wordpress" | "deployment/wordpress";
  /** Deploys and installs the site, and waits for its front page. @returns an account that may write posts */
  install(): Promise<Account>;
  /** Set for the program only. */
  readonly commandTimes?: () => Promise<CommandTimes>;
  /** Removes the site completely. */
  remove(): Promise<void>;
}

/** The tutorial's manifests, applied with kubectl; WordPress is installed through its web form. */
export function tutorialSite(): BenchSite {
  const cluster = new Cluster(labEnvironment());
  return {
    cluster,
    namespace: tutorialNamespace,
    workload: "statefulset/wordpress",
    async install() {
      await applyTutorial(cluster);
      await installTutorialSite(cluster, new Visitor(address));
      await waitForFrontPage(cluster);
      return owner;
    },
    remove: () => removeTutorial(cluster),
  };
}

/** The program's stack, with its page cache. The stack is created before time is measured, as the manifests' files exist, too. */
export async function programSite(): Promise<BenchSite> {
  const site = await LabSite.start(sharedPlace("bench", nodePort, { wordpressReplicas: 1 }));
  const { cluster, namespace } = site;
  return {
    cluster,
    namespace,
    workload: "deployment/wordpress",
    async install() {
      await site.project.up();
      await waitForFrontPage(cluster);
      return administrator(site);
    },
    commandTimes: () => commandTimes(site.project),
    remove: () => site.stop(),
  };
}

/** Waits for the front page. */
async function waitForFrontPage(cluster: Cluster): Promise<void> {
  const isThere = async () => (await new Visitor(address).get("/")).status === 200;
  await cluster.until("the front page answers", 60, isThere, isUnreachable);
}

/** Scales the site. @returns seconds from the API request until each pod serves a page, regardless of its probes */
export async function scale(site: BenchSite, replicas: number): Promise<number> {
  const { seconds } = await stopwatch(() => scaleAndWait(site, replicas));
  return seconds;
}

async function scaleAndWait(site: BenchSite, replicas: number): Promise<void> {
  await site.cluster.kubectl("--namespace", site.namespace, "scale", site.workload, `--replicas=${replicas}`);
  const end = Date.now() + limitMs;
  for (let answers: string[] = []; answers.filter((answer) => answer === "200").length < replicas;) {
    if (Date.now() > end)
      throw new Error(`not all ${replicas} pods serve after ${limitMs / 1000} s; they answer ${answers.join(", ")}`);
    const addresses = (await podsOf(site, "wordpress")).flatMap(({ status }) => status.podIP ?? []);
    answers = await Promise.all(addresses.map(answerOf));
    await wait(50);
  }
}

/** Requests a WordPress page from one pod directly. @returns the status, or the reason why there is none */
function answerOf(host: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { host: new URL(address).host };
    http
      .get({ host, path: "/wp-login.php", headers, agent: false, signal: AbortSignal.timeout(30_000) }, (response) => {
        response.resume();
        resolve(String(response.statusCode));
      })
      .on("error", ({ message }) => resolve(message));
  });
}

/** The WordPress container's working set in MiB, which Kubernetes compares with its limit: it excludes inactive file cache. */
export async function memory(site: BenchSite): Promise<number> {
  let bytes: number | undefined;
  await site.cluster.until("the kubelet reports the memory of the WordPress pod", 30, async () => {
    bytes = await workingSet(site);
    return bytes !== undefined;
  });
  return (bytes ?? NaN) / 2 ** 20;
}

/** Bytes; undefined if the kubelet has no sample yet. */
async function workingSet({ cluster, namespace }: BenchSite): Promise<number | undefined> {
  const [pod] = await podsOf({ cluster, namespace }, "wordpress");
  if (pod === undefined) throw new Error("there is no WordPress pod");
  const path = `/api/v1/nodes/${pod.spec.nodeName}/proxy/stats/summary`;
  const { pods: stats } = JSON.parse(await cluster.kubectl("get", "--raw", path)) as {
    pods: {
      podRef: { name: string; namespace: string };
      containers?: { name: string; memory?: { workingSetBytes?: number } }[];
    }[];
  };
  const of = stats.find(({ podRef }) => podRef.name === pod.metadata.name && podRef.namespace === namespace);
  return of?.containers?.find(({ name }) => name === "wordpress")?.memory?.workingSetBytes;
}
