import type { Pod } from "../../../components/kubernetes/objects";
import { run } from "../../../lab/support/processes";
import { LabSite, sharedSettings } from "./labSite";

/** A pod and its place. */
export interface SitePod extends Pod {
  readonly spec: { readonly nodeName?: string };
  readonly status: Pod["status"] & { readonly podIP?: string; readonly startTime?: string };
}

/** Settings of a site on all of the lab's nodes, in a namespace and on a NodePort of its own. */
export function sharedPlace(namespace: string, nodePort: number, settings: Readonly<Record<string, unknown>> = {}) {
  return { namespace, nodePort, settings: { ...sharedSettings, ...settings } };
}

/** The site's pods, except terminating ones. */
export function sitePods(site: LabSite): Promise<SitePod[]> {
  return podsOf(site, "wordpress");
}

/** Pods with a label `app`, except terminating ones. */
export async function podsOf(
  { cluster, namespace }: Pick<LabSite, "cluster" | "namespace">,
  app: string,
): Promise<SitePod[]> {
  const pods = await cluster.list<SitePod>("pods", namespace, `app=${app}`);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Runs a command in every pod of the site. @returns the outputs by the pods' names @throws Error if there is no pod */
export async function inEachPod(site: LabSite, ...command: string[]): Promise<Record<string, string>> {
  const names = (await sitePods(site)).map(({ metadata }) => metadata.name);
  if (names.length === 0) throw new Error("the site has no pod: nothing of all pods would be true");
  const exec = (name: string) => site.inPod(name, ...command);
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await exec(name)] as const)));
}

/** PHP code that loads WordPress first, as an argument of `php -r`. */
export function wordPressCode(code: string): string {
  return `$_SERVER["HTTP_HOST"] = "127.0.0.1"; require "/var/www/html/wp-load.php"; require_once ABSPATH . "wp-admin/includes/plugin.php"; ${code}`;
}

/** Runs PHP code in WordPress in one pod. @returns its output */
export async function runPhp(site: LabSite, code: string): Promise<string> {
  const [pod] = await sitePods(site);
  return site.inPod(pod?.metadata.name ?? "", "php", "-r", wordPressCode(code));
}

/** Adds a must-use plugin, which cannot be disabled, to the site's content. */
export async function mustUse(site: LabSite, name: string, code: string): Promise<void> {
  const [pod] = await sitePods(site);
  const put = `mkdir -p wp-content/mu-plugins && cat > wp-content/mu-plugins/${name} <<'END'\n${code}\nEND`;
  await site.inPod(pod?.metadata.name ?? "", "sh", "-c", put);
}

/** Replaces all pods of the site, and waits until the new ones are ready. */
export async function replacePods(site: LabSite): Promise<void> {
  const kubectl = (...args: string[]) => site.cluster.kubectl("--namespace", site.namespace, ...args);
  await kubectl("delete", "pods", "--selector=app=wordpress");
  await kubectl("rollout", "status", "deployment/wordpress", "--timeout=360s");
}

/** Runs a job of the site's CronJob now, to its end. */
export async function runCron(site: LabSite, name: string): Promise<void> {
  const kubectl = (...args: string[]) => site.cluster.kubectl("--namespace", site.namespace, ...args);
  await kubectl("create", "job", name, "--from=cronjob/wordpress-cron");
  await kubectl("wait", `job/${name}`, "--for=condition=Complete", "--timeout=360s");
}

/** Requests a page with curl, which accepts any header. @returns status and headers, then the body */
export async function ask(address: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const flags = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
  return run("curl", ["--silent", "--show-error", "--include", ...flags, address], { timeoutMs: 30_000 });
}
