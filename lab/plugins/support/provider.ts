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
  /** Timeout of this operation in whole seconds, from `customTimeouts`; 0 if not set. */
  readonly timeoutSeconds: number;
  /** Sends a transient line, shown during the operation. */
  status(severity: Severity, message: string): void;
  /** Sends a permanent line: a diagnostic of the resource. */
  log(severity: Severity, message: string): void;
}

export interface CheckRequest extends ResourceRequest {
  /** The inputs of the last deployment; undefined for a new resource. */
  readonly olds: Properties | undefined;
  readonly news: Properties;
  /** Random bytes, identical in preview and deployment. */
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
  /** Whether the old resource must be deleted before its replacement is created. @default false */
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

/** The operations of one kind of resource. */
export interface ResourceProvider {
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  diff(request: DiffRequest): DiffResult | Promise<DiffResult>;
  create(request: CreateRequest): Created | Promise<Created>;
  update(request: UpdateRequest): Properties | Promise<Properties>;
  delete(request: DeleteRequest): void | Promise<void>;
  /** @returns undefined if the resource no longer exists */
  read(request: ReadRequest): ReadResult | undefined | Promise<ReadResult | undefined>;
}

/** The operations of a provider plugin. */
export interface Provider extends ResourceProvider {
  /** Version of the official plugin that it replaces. */
  readonly version: string;
  checkConfig?(news: Properties): CheckResult;
  diffConfig?(olds: Properties, news: Properties): DiffResult;
  configure?(args: Properties, engine: Engine): void | Promise<void>;
}
