import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds between two polls of the cluster. */
const pollMs = 500;

/** A controller's loop: it polls the cluster, and continues after a poll that fails. */
export class PollingLoop {
  /** Why the last poll failed; undefined if it succeeded. */
  problem: string | undefined;
  private isStopped = false;
  private readonly work: Promise<void>;

  constructor(private readonly poll: () => Promise<void>) {
    this.work = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.work;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      await this.poll().then(
        () => (this.problem = undefined),
        (error: unknown) => (this.problem = String(error)),
      );
      await wait(pollMs);
    }
  }
}
