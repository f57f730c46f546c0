import { readApi } from "../../../lab/cluster/api";
import { CommandFailed, run } from "../../../lab/support/processes";
import { type IsTransient, until } from "../../support/until";

/** API paths of the kinds that tests list often. */
const listed: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["configmaps", "namespaces", "persistentvolumeclaims", "pods", "secrets", "serviceaccounts", "services"].map(
      (kind) => [kind, "/api/v1"],
    ),
  ),
  ...{ deployments: "/apis/apps/v1", statefulsets: "/apis/apps/v1", jobs: "/apis/batch/v1" },
};

/** kubectl on the lab. */
export class Cluster {
  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  kubectl(...args: string[]): Promise<string> {
    return run("kubectl", args, { env: this.environment, timeoutMs: 600_000 });
  }

  /** Applies a manifest. */
  apply(manifest: string, ...args: string[]): Promise<string> {
    return run("kubectl", ["apply", "--filename=-", ...args], {
      env: this.environment,
      input: manifest,
      timeoutMs: 180_000,
    });
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl(...args, "--output=json")) as T;
  }

  /** Names of a kind's objects in a namespace, or in the whole cluster. */
  async names(kind: string, namespace?: string): Promise<string[]> {
    if (kind in listed) {
      const items = await this.list<{ metadata: { name: string } }>(kind, namespace);
      return items.map(({ metadata }) => metadata.name).sort();
    }
    const where = namespace === undefined ? [] : ["--namespace", namespace];
    const names = await this.kubectl("get", kind, ...where, "--output=jsonpath={.items[*].metadata.name}");
    return names.split(" ").filter(Boolean).sort();
  }

  /**
   * Lists objects without kubectl, each call of which takes a third of a second of CPU time.
   * @param kind one of {@link listed}
   * @param selector label selector, e.g. `app=wordpress`
   * @throws CommandFailed
   */
  async list<T>(kind: string, namespace?: string, selector = ""): Promise<T[]> {
    const where = namespace === undefined ? "" : `/namespaces/${namespace}`;
    const path = `${listed[kind]}${where}/${kind}?labelSelector=${encodeURIComponent(selector)}`;
    const { items } = await readApi<{ items: T[] }>(path).catch((error: unknown) => {
      throw new CommandFailed(`GET ${path}`, 1, String(error));
    });
    return items;
  }

  /** Waits until a condition holds, as {@link until} does. @param isTransient errors that mean that it does not hold yet */
  until(what: string, seconds: number, holds: () => Promise<boolean>, isTransient?: IsTransient): Promise<void> {
    return until(what, seconds, holds, { ...(isTransient && { isTransient }) });
  }
}
