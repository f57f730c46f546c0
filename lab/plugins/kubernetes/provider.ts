import { propertyChanges, propertyPath } from "../support/propertyDiff";
import { holdsUnknown, plain, type Properties } from "../support/propertyValues";
import type * as requests from "../support/provider";
import { ApiError, isNotFound, Unreachable } from "./api";
import { assertReady, untilReady } from "./awaiting";
import { checkpointOf, guarded, readCheckpoint } from "./checkpoint";
import { addressOf, UnknownKind } from "./cluster";
import { ownFieldManager } from "./fieldManagers";
import { identityOf, inNamespace, isPatch, named, objectOf } from "./inputs";
import { importedInputs, liveInputs } from "./liveInputs";
import { identifier, isAnnotated, type KubernetesObject, parseIdentifier } from "./objects";
import { createObject, deleteObject, type OperationContext, updateObject } from "./operations";
import { orInitFailed } from "./partialFailure";
import { readiness } from "./readiness";
import { argumentsThatReplace, fieldsThatReplace, isDeletedBeforeReplacement } from "./rules";
import { isOn, providerSettings, type ProviderSettings } from "./settings";

const replaceUnready = "pulumi.com/replaceUnready";

/** The provider of Kubernetes objects: creates them by POST, updates them by Server-Side Apply, and waits until they are ready. */
export class KubernetesProvider implements requests.Provider {
  readonly version = "4.34.2";
  /** The current configuration. */
  settings: ProviderSettings = providerSettings({});

  diffConfig(olds: Properties, news: Properties): requests.DiffResult {
    const replacing = argumentsThatReplace(plain(olds), plain(news));
    const changes = propertyChanges(olds, news);
    return { changes: changes.map((change) => ({ ...change, replaces: replacing.includes(change.property) })) };
  }

  configure(args: Properties): void {
    this.settings = providerSettings(args);
  }

  async check({ type, name, olds, news, randomSeed }: requests.CheckRequest): Promise<requests.CheckResult> {
    const { apiVersion, kind } = identityOf(type, news);
    const { cluster, namespace } = this.settings;
    const isNamespaced = cluster instanceof Error || (await cluster.kinds.isNamespaced(apiVersion, kind));
    const inputs = isPatch(type, kind) ? news : named(news, olds, name, randomSeed);
    const complete = isNamespaced ? inNamespace(inputs, namespace) : inputs;
    const isNamed = identifier(plain(complete)) !== "" || holdsUnknown(complete.metadata);
    const failures = isNamed ? [] : [{ property: "metadata.name", reason: "patch resources require it to be set" }];
    return { inputs: guarded(complete, complete), failures };
  }

  async diff({ type, oldInputs, news, state }: requests.DiffRequest): Promise<requests.DiffResult> {
    const fields = isPatch(type, identityOf(type, news).kind)
      ? ["metadata.name", "metadata.namespace"]
      : fieldsThatReplace(type, this.settings.arguments);
    const changes = propertyChanges(oldInputs, news).map((change) => ({
      ...change,
      replaces: fields.some((field) => field.split(".").every((step, index) => change.steps[index] === step)),
    }));
    if (await this.isUnreadyJob(news, state)) {
      const steps = ["metadata", "annotations", replaceUnready];
      changes.push({ steps, path: propertyPath(steps), property: "metadata", kind: "UPDATE", replaces: true });
    }
    const isReplaced = changes.some(({ replaces }) => replaces);
    return { changes, deleteBeforeReplace: isReplaced && isDeletedBeforeReplacement(plain(oldInputs), plain(news)) };
  }

  /** Whether to replace a Job because it has not succeeded. */
  private async isUnreadyJob(news: Properties, state: Properties): Promise<boolean> {
    const { cluster } = this.settings;
    const object = objectOf(news);
    if (object.kind !== "Job" || !isAnnotated(object, replaceUnready) || cluster instanceof Error) return false;
    const live = await ifThere(() => cluster.read(addressOf(readCheckpoint(state).live)));
    return live !== undefined && !readiness(live).ready;
  }

  async create(request: requests.CreateRequest): Promise<requests.Created> {
    const { inputs, preview, urn } = request;
    const fieldManager = ownFieldManager(inputs);
    const options = { upsert: this.isOn("upsertExistingObjects"), force: this.isOn("enablePatchForce") };
    if (preview) {
      return {
        id: "",
        outputs: await this.planned(request, inputs, (plan) => createObject(objectOf(inputs), plan, options)),
      };
    }
    const context = this.context(request, inputs, fieldManager);
    const object = objectOf(inputs);
    const live = await createObject(object, context, options).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`resource "${urn}" was not successfully created by the Kubernetes API server: ${reason}`, {
        cause: error,
      });
    });
    const message =
      `resource "${urn}" was successfully created, but the Kubernetes API server reported that it failed to fully ` +
      "initialize or become live: ";
    return orInitFailed({ live, inputs, fieldManager, message }, async () => {
      const ready = await untilReady(context.cluster, live, object, request, false);
      return { id: identifier(ready), outputs: checkpointOf(ready, inputs, fieldManager) };
    });
  }

  async update(request: requests.UpdateRequest): Promise<Properties> {
    const { id, news, state, preview } = request;
    const options = { force: this.isOn("enablePatchForce") };
    const object = objectOf(news);
    if (preview) {
      return this.planned(request, news, async (plan) =>
        updateObject(object, await plan.cluster.read(addressOf(object)), plan, options),
      );
    }
    const fieldManager = readCheckpoint(state).fieldManager ?? ownFieldManager(news);
    const context = this.context(request, news, fieldManager);
    const before = await context.cluster.read(addressOf(object));
    const message = `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: `;
    return orInitFailed({ live: before, inputs: news, fieldManager, message }, async () => {
      const live = await updateObject(object, before, context, options);
      const ready = await untilReady(context.cluster, live, object, request, true);
      return checkpointOf(ready, news, fieldManager);
    });
  }

  async delete(request: requests.DeleteRequest): Promise<void> {
    const { live, fieldManager = "" } = readCheckpoint(request.state);
    try {
      await deleteObject(live, objectOf(request.oldInputs), this.context(request, request.oldInputs, fieldManager));
    } catch (error) {
      if (!(error instanceof Unreachable) || !this.isOn("deleteUnreachable")) throw error;
    }
  }

  async read(request: requests.ReadRequest): Promise<requests.ReadResult | undefined> {
    const { id, type, oldInputs, state } = request;
    const isImport = Object.keys(oldInputs).length === 0;
    const fieldManager = readCheckpoint(state).fieldManager ?? ownFieldManager(oldInputs);
    const { cluster } = this.context(request, oldInputs, fieldManager);
    const live = await ifThere(() => cluster.read({ ...identityOf(type, oldInputs), ...parseIdentifier(id) }));
    if (!live) return undefined;
    const inputs = guarded(isImport ? importedInputs(live) : liveInputs(live, plain(oldInputs)), oldInputs);
    return orInitFailed({ live, inputs, fieldManager, message: "" }, async () => {
      if (!isImport) await assertReady(cluster, live, plain(oldInputs));
      return { id, inputs, outputs: checkpointOf(live, inputs, fieldManager) };
    });
  }

  private isOn(name: Parameters<typeof isOn>[1]): boolean {
    return isOn(this.settings, name);
  }

  /** @throws Unreachable if the kubeconfig has no reachable cluster */
  private context(request: requests.ResourceRequest, inputs: Properties, fieldManager: string): OperationContext {
    const { cluster } = this.settings;
    if (cluster instanceof Error) throw new Unreachable(cluster.message);
    const { type } = request;
    return { cluster, request, fieldManager, dryRun: false, isPatch: isPatch(type, identityOf(type, inputs).kind) };
  }

  /**
   * The result of a dry run on the server. Returns the inputs if a dry run is not possible: a value is unknown, no server answers, or
   * this deployment creates the kind or the namespace.
   * @throws ApiError if the server would refuse the object
   */
  private async planned(
    request: requests.ResourceRequest & { readonly state?: Properties },
    inputs: Properties,
    plan: (context: OperationContext) => Promise<KubernetesObject>,
  ): Promise<Properties> {
    if (holdsUnknown(inputs) || this.settings.cluster instanceof Error) return inputs;
    const fieldManager = readCheckpoint(request.state ?? {}).fieldManager ?? ownFieldManager(inputs);
    const context = this.context(request, inputs, fieldManager);
    if (context.isPatch) return inputs;
    try {
      const live = await plan({ ...context, dryRun: true });
      return checkpointOf({ ...live, status: undefined }, inputs, fieldManager);
    } catch (error) {
      const isForLater = error instanceof ApiError && ["NotFound", "AlreadyExists", "Forbidden"].includes(error.reason);
      if (isForLater || error instanceof Unreachable || error instanceof UnknownKind) return inputs;
      throw error;
    }
  }
}

/** @returns undefined if the object, or its kind, does not exist (anymore) */
async function ifThere(read: () => Promise<KubernetesObject>): Promise<KubernetesObject | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error) || error instanceof UnknownKind) return undefined;
    throw error;
  }
}
