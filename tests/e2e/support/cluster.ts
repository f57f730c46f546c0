import { run } from "../../../lab/support/processes";

/** How much slower a machine may be for a while than the one that the seconds below were chosen on. */
const slowness = 3;

/** Milliseconds between two looks: each is a kubectl, and takes a tenth of a second from what is waited for. */
const lookMs = 1000;

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

  /**
   * Waits until a condition holds. One that throws does not hold yet.
   * @throws Error after the given seconds of a machine that is not slowed down, with what was to hold and what was thrown last
   */
  async until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + seconds * slowness * 1000;
    let reason = "";
    const isMet = () =>
      holds().catch((error: unknown) => {
        reason = `: ${String(error)}`;
        return false;
      });
    while (!(await isMet())) {
      if (Date.now() > end) throw new Error(`${what}: not within ${seconds * slowness} s${reason}`);
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }
}
