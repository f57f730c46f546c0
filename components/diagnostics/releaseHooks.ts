import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../kubectl/clusterAccess";
import { Kubectl } from "../kubectl/client";
import { explainRelease, type HelmRelease, readRelease, readReleasePods, releaseRemedies } from "./releaseReport";
import { messageOf, reportHook } from "./errorHook";

/** Milliseconds between two checks of the pods that Helm waits for. */
const checkMs = 30_000;

/**
 * While Helm waits for a release, warns of pods that fail for a known cause: fix it, and the same `up` goes on. Warns once more when
 * Helm is done, which accepts a DaemonSet with one pod that is not ready. When the release fails, says which pod is the cause, or how to go
 * on where Helm was cut off before: the provider's message knows only that the time ran out, or that the name is in use.
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

/** Says what to do about the pods of a release, each sentence once. */
export class ReleaseWatch {
  private readonly warned = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /** @param advise what to do about the pods, a sentence a cause */
  constructor(
    private readonly advise: () => Promise<readonly string[]>,
    private readonly warn: (text: string) => Promise<void>,
    private readonly periodMs = checkMs,
  ) {}

  /** Checks from time to time until it is stopped. A cluster that cannot be read is asked again. */
  start(): void {
    this.timer = setInterval(() => void this.check().catch(() => undefined), this.periodMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Stops, after a last check. */
  async end(): Promise<void> {
    this.stop();
    await this.check().catch((error: unknown) =>
      this.warn(`Whether all pods run could not be read: ${messageOf(error)}`),
    );
  }

  private async check(): Promise<void> {
    const texts = (await this.advise()).filter((text) => !this.warned.has(text));
    for (const text of texts) {
      this.warned.add(text);
      await this.warn(text);
    }
  }
}
