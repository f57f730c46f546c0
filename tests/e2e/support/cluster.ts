import * as fs from "node:fs";
import * as https from "node:https";
import { text } from "node:stream/consumers";
import { CommandFailed, run } from "../../../lab/support/processes";
import { type IsTransient, until } from "../../support/until";

/** Where the API has the kinds that tests look for again and again. */
const listed: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["configmaps", "namespaces", "persistentvolumeclaims", "pods", "secrets", "serviceaccounts", "services"].map(
      (kind) => [kind, "/api/v1"],
    ),
  ),
  ...{ deployments: "/apis/apps/v1", statefulsets: "/apis/apps/v1", jobs: "/apis/batch/v1" },
};

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } },
  ];
  readonly users: readonly [
    { readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } },
  ];
}

/** kubectl on the lab, for looking at what the program made. */
export class Cluster {
  constructor(private readonly environment: NodeJS.ProcessEnv) {}

  kubectl(...args: string[]): Promise<string> {
    return run("kubectl", args, { env: this.environment, timeoutMs: 600_000 });
  }

  /** kubectl with a text for its standard input. */
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

  /** Names of a kind's objects in a namespace, or in the cluster. */
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
   * What the API lists, asked for without kubectl, of which each call takes a third of a second of a processor.
   * @param kind one of {@link listed}
   * @param selector of labels, e.g. `app=wordpress`
   * @throws CommandFailed
   */
  async list<T>(kind: string, namespace?: string, selector = ""): Promise<T[]> {
    const where = namespace === undefined ? "" : `/namespaces/${namespace}`;
    const path = `${listed[kind]}${where}/${kind}?labelSelector=${encodeURIComponent(selector)}`;
    const answer = await this.get(path).catch((error: unknown) => {
      throw error instanceof CommandFailed ? error : new CommandFailed(`GET ${path}`, 1, String(error));
    });
    return (JSON.parse(answer) as { items: T[] }).items;
  }

  private async get(path: string): Promise<string> {
    const { clusters, users } = JSON.parse(fs.readFileSync(this.environment.KUBECONFIG ?? "", "utf8")) as Kubeconfig;
    const [{ cluster }] = clusters;
    const [{ user }] = users;
    const [ca, cert, key] = [
      cluster["certificate-authority-data"],
      user["client-certificate-data"],
      user["client-key-data"],
    ].map((data) => Buffer.from(data, "base64"));
    return new Promise((resolve, reject) => {
      const request = https.get(new URL(path, cluster.server), { ca, cert, key, timeout: 60_000 }, (response) => {
        text(response).then((body) => {
          if (response.statusCode === 200) resolve(body);
          else reject(new CommandFailed(`GET ${path}`, response.statusCode ?? 0, body));
        }, reject);
      });
      request.on("timeout", () => request.destroy(new Error("no answer within 60 s")));
      request.on("error", reject);
    });
  }

  /** Waits until a condition holds, as {@link until} does. @param isTransient errors that mean that it does not hold yet */
  until(what: string, seconds: number, holds: () => Promise<boolean>, isTransient?: IsTransient): Promise<void> {
    return until(what, seconds, holds, { ...(isTransient && { isTransient }) });
  }
}
