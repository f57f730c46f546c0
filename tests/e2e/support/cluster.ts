import { run } from "../../../lab/support/processes";
import { type IsTransient, until } from "../../support/until";

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
    const where = namespace === undefined ? [] : ["--namespace", namespace];
    const text = await this.kubectl("get", kind, ...where, "--output=jsonpath={.items[*].metadata.name}");
    return text.split(" ").filter(Boolean).sort();
  }

  /** Waits until a condition holds, as {@link until} does. @param isTransient errors that mean that it does not hold yet */
  until(what: string, seconds: number, holds: () => Promise<boolean>, isTransient?: IsTransient): Promise<void> {
    return until(what, seconds, holds, { ...(isTransient && { isTransient }) });
  }
}
