import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds between two looks at the cluster. */
const lookMs = 500;

/** What a controller does: looks at the cluster again and again, and is not stopped by a look that fails. */
export class Repeated {
  /** Why the last look failed; undefined where it did not. */
  problem: string | undefined;
  private isStopped = false;
  private readonly work: Promise<void>;

  constructor(private readonly look: () => Promise<void>) {
    this.work = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.work;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      await this.look().then(
        () => (this.problem = undefined),
        (error: unknown) => (this.problem = String(error)),
      );
      await wait(lookMs);
    }
  }
}
