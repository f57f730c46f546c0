import type { Engine, Severity } from "./engine";
import type { PropertyChange } from "./propertyDiff";
import type { Properties } from "./propertyValues";

/** The resource that a request is about. */
export interface ResourceRequest {
  readonly urn: string;
  /** Type token: `random:index/randomPassword:RandomPassword`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Whole seconds that the program gives this operation by `customTimeouts`; 0 when it does not say. */
  readonly timeoutSeconds: number;
  /** A line that is shown while the resource is worked on. */
  status(severity: Severity, message: string): void;
  /** A line that stays, as a diagnostic of the resource. */
  log(severity: Severity, message: string): void;
}

export interface CheckRequest extends ResourceRequest {
  /** The inputs of the last deployment; undefined for a resource that is new. */
  readonly olds: Properties | undefined;
  readonly news: Properties;
  /** Bytes that are the same in preview and deployment. */
  readonly randomSeed: Uint8Array;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  readonly inputs: Properties;
  readonly failures?: readonly CheckFailure[];
}

export interface DiffRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  /** The old outputs. */
  readonly state: Properties;
  readonly news: Properties;
}

export interface DiffResult {
  readonly changes: readonly (PropertyChange & { readonly replaces: boolean })[];
  /** Whether the old resource has to go before the new one can come. @default false */
  readonly deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceRequest {
  readonly inputs: Properties;
  readonly preview: boolean;
}

export interface Created {
  /** Empty in a preview. */
  readonly id: string;
  readonly outputs: Properties;
}

export interface UpdateRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  readonly state: Properties;
  readonly news: Properties;
  readonly preview: boolean;
}

export interface DeleteRequest extends ResourceRequest {
  readonly id: string;
  readonly oldInputs: Properties;
  readonly state: Properties;
}

export interface ReadRequest extends ResourceRequest {
  readonly id: string;
  /** The inputs of the last deployment; empty for an import. */
  readonly oldInputs: Properties;
  /** The old outputs; empty for an import. */
  readonly state: Properties;
}

export interface ReadResult {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** What is done with one kind of resource. */
export interface ResourceProvider {
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  diff(request: DiffRequest): DiffResult | Promise<DiffResult>;
  create(request: CreateRequest): Created | Promise<Created>;
  update(request: UpdateRequest): Properties | Promise<Properties>;
  delete(request: DeleteRequest): void | Promise<void>;
  /** @returns undefined when the resource is gone */
  read(request: ReadRequest): ReadResult | undefined | Promise<ReadResult | undefined>;
}

/** What a provider plugin does. */
export interface Provider extends ResourceProvider {
  /** Version of the official plugin that it stands in for. */
  readonly version: string;
  checkConfig?(news: Properties): CheckResult;
  diffConfig?(olds: Properties, news: Properties): DiffResult;
  configure?(args: Properties, engine: Engine): void | Promise<void>;
}
