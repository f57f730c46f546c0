import type { Kubectl } from "../kubectl/client";
import type { Claim, ContainerStatus, Pod, PodController } from "../kubernetes/objects";
import { newestSeries, type Series, seriesIn, seriesOf } from "./series";

/** Annotation of the database's claim: the series of MariaDB that has used its files, e.g. `10.11`. */
const seriesAnnotation = "wordpress/mariadb-series";

const [pod, container, claim] = ["mariadb-0", "mariadb", "data-mariadb-0"];

/** What is known of the existing files. */
export interface DatabaseFiles {
  /** Image of the StatefulSet; undefined without one. */
  readonly image?: string | undefined;
  /** The newest series that has used the files; undefined if none has, or if it is unknown. */
  readonly series?: Series | undefined;
  /** Whether a server has used the files, and its series is unknown. */
  readonly isUnknown?: boolean;
}

/**
 * Writes the running server's series to its claim, which outlives the server: a later `up` with the retained claim knows it.
 * @param version the server's version, e.g. `10.11.14-MariaDB`
 * @throws KubectlError
 */
export async function recordSeries(kubectl: Pick<Kubectl, "run">, namespace: string, version: string): Promise<void> {
  const series = seriesIn(version);
  if (series === undefined) return;
  const mark = [`${seriesAnnotation}=${series}`, "--overwrite", "--namespace", namespace];
  await kubectl.run(["annotate", "persistentvolumeclaim", claim, ...mark]);
}

/**
 * Reads which series has used the database's files: from the claim, and from the server if its image would change. A server whose image
 * could not be pulled has used nothing, so that the way back from a mistyped image stays open.
 * @param image the configured image
 * @throws KubectlError
 */
export async function readDatabaseFiles(
  kubectl: Pick<Kubectl, "list" | "run">,
  { namespace, image }: { readonly namespace: string; readonly image: string },
  { claims, podControllers }: { readonly claims: readonly Claim[]; readonly podControllers: readonly PodController[] },
): Promise<DatabaseFiles> {
  const recorded = claims.find(({ metadata }) => metadata.name === claim)?.metadata.annotations?.[seriesAnnotation];
  const current = podControllers
    .find(({ metadata }) => metadata.name === "mariadb")
    ?.spec.template.spec.containers.find(({ name }) => name === container)?.image;
  if (current === undefined || current === image) return { image: current, series: recorded };
  const status = await serverStatus(kubectl, namespace);
  if (status?.imageID === "") return { image: current, series: recorded };
  const running = status?.state?.running ? await runningSeries(kubectl, namespace) : undefined;
  const series = newestSeries([recorded, running ?? seriesOf(current)]);
  return { image: current, series, isUnknown: series === undefined };
}

/** Status of the server's container, with its image's digest: empty if the image was never pulled. */
async function serverStatus(
  kubectl: Pick<Kubectl, "list">,
  namespace: string,
): Promise<(ContainerStatus & { readonly imageID?: string }) | undefined> {
  const pods = await kubectl.list<Pod>("pods", namespace);
  return pods
    .find(({ metadata }) => metadata.name === pod)
    ?.status.containerStatuses?.find(({ name }) => name === container);
}

/** The series of the running server; undefined if its container does not answer. */
async function runningSeries(kubectl: Pick<Kubectl, "run">, namespace: string): Promise<Series | undefined> {
  const inPod = ["exec", "--namespace", namespace, pod, `--container=${container}`, "--"];
  return kubectl.run([...inPod, "mariadbd", "--version"]).then(seriesIn, () => undefined);
}
