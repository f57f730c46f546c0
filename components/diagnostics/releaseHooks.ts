import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { Kubectl } from "../kubectl/client";
import { explainRelease, type HelmRelease, readRelease, readReleasePods, releaseRemedies } from "./releaseReport";
import { messageOf, reportHook } from "./errorHook";

/** Milliseconds between two checks of the pods that Helm waits for. */
const checkMs = 30_000;

/**
 * Warns of pods that fail for a known cause while Helm waits for a release: fix the cause, and the same `up` goes on. Warns
 * again when Helm has finished, because Helm accepts a DaemonSet with one pod that is not ready. When the release fails, it
 * logs which pod is the cause, or how to recover after Helm was interrupted. The provider's message tells only that the
 * timeout has passed, or that the name is in use.
 */
export function releaseHooks(name: string, cluster: ClusterAccess, release: HelmRelease) {
  const kubectl = new Kubectl(cluster);
  const watch = new ReleaseWatch(
    () => readReleasePods(kubectl, release).then((pods) => releaseRemedies(pods, release.remedies)),
    (text) => pulumi.log.warn(text),
  );
  const report = async () => {
    watch.stop();
    return readRelease(kubectl, cluster.context, release).then(explainRelease, messageOf);
  };
  return {
    beforeCreate: [() => watch.start()],
    beforeUpdate: [() => watch.start()],
    afterCreate: [() => watch.end()],
    afterUpdate: [() => watch.end()],
    onError: [reportHook(name, report)],
  } satisfies pulumi.ResourceHookBinding;
}

/** Warns with the remedies for the pods of a release, each one once. */
export class ReleaseWatch {
  private readonly warned = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /** @param readRemedies returns a remedy for each known cause */
  constructor(
    private readonly readRemedies: () => Promise<readonly string[]>,
    private readonly warn: (text: string) => Promise<void>,
    private readonly periodMs = checkMs,
  ) {}

  /** Checks periodically until it is stopped. A failed read is retried at the next check. */
  start(): void {
    this.timer = setInterval(() => void this.check().catch(() => undefined), this.periodMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Stops the periodic checks and checks a last time. */
  async end(): Promise<void> {
    this.stop();
    await this.check().catch((error: unknown) => this.warn(`The pods' state could not be read: ${messageOf(error)}`));
  }

  private async check(): Promise<void> {
    const texts = (await this.readRemedies()).filter((text) => !this.warned.has(text));
    for (const text of texts) {
      this.warned.add(text);
      await this.warn(text);
    }
  }
}
