import { InitFailed } from "../support/initFailed";
import { propertyChanges } from "../support/propertyDiff";
import { holdsUnknown, type Properties, Secret, unknown } from "../support/propertyValues";
import type * as requests from "../support/provider";
import { Unreachable } from "./api";
import { guarded } from "./checkpoint";
import { Helm, HelmFailed, type LiveRelease } from "./helm";
import { autoname } from "./inputs";
import { chartSource, completed, helmArguments, leftOut, releaseInputs } from "./releaseInputs";
import type { ProviderSettings } from "./settings";

/** The provider of Helm releases. It runs the `helm` command; the official one uses Helm's library. */
export class Releases implements requests.ResourceProvider {
  constructor(private readonly settings: () => ProviderSettings) {}

  async check({ name, olds, news, randomSeed }: requests.CheckRequest): Promise<requests.CheckResult> {
    const before = olds && releaseInputs(olds).name;
    const names = { name: before ?? autoname(name, randomSeed), namespace: this.settings().namespace };
    const inputs = completed(news, names);
    const failures = leftOut(inputs);
    if (failures.length > 0 || holdsUnknown(news)) return { inputs, failures };
    try {
      const version = await new Helm(undefined).chartVersion(chartSource(releaseInputs(inputs)));
      return { inputs: { ...inputs, version } };
    } catch (error) {
      if (!(error instanceof HelmFailed)) throw error;
      const reason = `${error.message}; check the chart name and repository configuration.`;
      return { inputs, failures: [{ property: "chart", reason }] };
    }
  }

  diff({ oldInputs, news }: requests.DiffRequest): requests.DiffResult {
    const changes = propertyChanges(oldInputs, news);
    return { changes: changes.map((change) => ({ ...change, replaces: ["name", "namespace"].includes(change.path) })) };
  }

  async create({ inputs, preview, signal }: requests.CreateRequest): Promise<requests.Created> {
    if (preview) return { id: "", outputs: planned(inputs) };
    const id = idOf(inputs);
    return { id, outputs: await this.bring("install", inputs, `Helm release "${id}" was created, but failed`, signal) };
  }

  async update({ news, preview, signal }: requests.UpdateRequest): Promise<Properties> {
    if (preview) return planned(news);
    return this.bring("upgrade", news, `Helm release "${idOf(news)}" failed`, signal);
  }

  async delete({ state }: requests.DeleteRequest): Promise<void> {
    const { name, namespace, skipAwait, timeout } = releaseInputs(state);
    const wait = skipAwait ? [] : ["--wait", "--timeout", `${timeout}s`];
    await this.helm().run(["uninstall", name, "--namespace", namespace, ...wait]);
  }

  async read({ id, oldInputs, state }: requests.ReadRequest): Promise<requests.ReadResult | undefined> {
    const isImport = Object.keys(state).length === 0;
    const [ofId = "", nameOfId = ""] = id.split("/");
    const { name, namespace } = isImport ? { name: nameOfId, namespace: ofId } : releaseInputs(state);
    const helm = this.helm();
    const release = await helm.release(namespace, name);
    if (!release) return undefined;
    const values = await helm.values(namespace, name);
    const { chart, version } = release;
    const inputs = isImport ? completed({ chart, version, values }, { name, namespace }) : oldInputs;
    return { id, inputs, outputs: await outputsOf(helm, inputs, release) };
  }

  /** Installs or upgrades. @throws InitFailed if the release exists afterwards and is not ready */
  private async bring(
    verb: "install" | "upgrade",
    inputs: Properties,
    failure: string,
    signal: AbortSignal,
  ): Promise<Properties> {
    const helm = this.helm();
    const release = releaseInputs(inputs);
    const look = () => helm.release(release.namespace, release.name);
    const before = await look();
    try {
      await helm.run(helmArguments(verb, release), { input: JSON.stringify(release.values ?? {}), signal });
    } catch (error) {
      const after = await look();
      if (!(error instanceof HelmFailed) || !after || after.revision === before?.revision) throw error;
      const id = idOf(inputs);
      const message =
        `${failure} to initialize completely. Use Helm CLI to investigate: failed to become available within ` +
        `allocated timeout. Error: Helm Release ${id}: ${error.message}`;
      throw new InitFailed(id, inputs, await outputsOf(helm, inputs, after), message, [message]);
    }
    const live = await look();
    if (!live) throw new HelmFailed(`release ${idOf(inputs)} was deleted during its installation`);
    return outputsOf(helm, inputs, live);
  }

  /** @throws Unreachable if the kubeconfig has no reachable cluster */
  private helm(): Helm {
    const { cluster } = this.settings();
    if (cluster instanceof Error) throw new Unreachable(cluster.message);
    return new Helm(cluster.config);
  }
}

/** The state of a release: its inputs, objects and status. Values that are secret in the inputs stay secret. */
async function outputsOf(helm: Helm, inputs: Properties, live: LiveRelease): Promise<Properties> {
  const { name, namespace, revision, status, chart, version, appVersion } = live;
  return {
    ...guarded(inputs, inputs),
    version,
    resourceNames: await helm.resourceNames(namespace, name),
    status: { name, namespace, revision, status, chart, version, appVersion },
    __inputs: new Secret(inputs),
  };
}

/** The outputs of a release that are known at preview. */
function planned(inputs: Properties): Properties {
  return { ...inputs, resourceNames: unknown, status: unknown };
}

function idOf(inputs: Properties): string {
  const { name, namespace } = releaseInputs(inputs);
  return `${namespace}/${name}`;
}
