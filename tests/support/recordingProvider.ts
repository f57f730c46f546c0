import * as grpc from "@grpc/grpc-js";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { setTimeout } from "node:timers/promises";
import { type CommandRun, commandRun } from "./commandRun";
import { unary } from "../../lab/plugins/support/serve";
import { argumentsThatReplace, type ProviderArguments } from "../../lab/plugins/kubernetes/rules";
import { type Properties, unwrappedRecord } from "./properties";
import { differences, isWithin } from "./propertyDiff";
import { deletesFirst, identifierOf, outputsOf, replacesFor } from "./providerAnswers";
import { type Failure, initializationRefusal } from "./providerFailures";
import { diffAnswer, fromStruct, Refusal, toStruct } from "./providerWire";
import { type RecordedCall, urnParts } from "./recordedCall";

/** The implemented calls; all others are answered as unimplemented. */
type Answered = Pick<
  IResourceProviderServer,
  | "handshake"
  | "attach"
  | "cancel"
  | "getPluginInfo"
  | "getSchema"
  | "checkConfig"
  | "check"
  | "diffConfig"
  | "configure"
  | "invoke"
  | "diff"
  | "create"
  | "update"
  | "delete"
  | "read"
>;

const packages = ["kubernetes", "random", "command"];

/** Newer than every SDK, because the engine warns of a plugin that is older than its SDK requires. */
const version = "999.0.0";

/** Duration in milliseconds of a create, update or delete. */
const momentMs = 25;

/**
 * A gRPC server that replaces the provider plugins for Kubernetes, random and command. It creates nothing, records the engine's calls,
 * and reports changes and replacements as the official providers do. Start it, and pass its `environment` to the engine.
 */
export class RecordingProvider {
  /**
   * Runs a command and returns its standard output; an error fails the command with its message.
   * @default runs nothing, returns no output
   */
  runCommand: (run: CommandRun) => Promise<string> = () => Promise.resolve("");
  /** Resolves when a cluster would have completed the create, update or delete. @default at once */
  untilDone: (call: RecordedCall) => Promise<void> = () => Promise.resolve();
  private readonly server = new grpc.Server({ "grpc.max_receive_message_length": 1 << 28 });
  private readonly failures: Failure[] = [];
  private readonly existing = new Map<string, RecordedCall>();
  private configuration: ProviderArguments = {};
  private recorded: RecordedCall[] = [];
  private count = 0;
  private port = 0;

  /** Listens on a free port of 127.0.0.1. */
  async start(): Promise<void> {
    this.server.addService(ResourceProviderService, this.service());
    this.port = await new Promise<number>((resolve, reject) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      this.server.bindAsync("127.0.0.1:0", credentials, (error, port) => (error ? reject(error) : resolve(port)));
    });
  }

  stop(): void {
    this.server.forceShutdown();
  }

  /** Variables that make the engine use this server instead of plugins. */
  get environment(): Record<string, string> {
    return {
      PULUMI_DEBUG_PROVIDERS: packages.map((name) => `${name}:${this.port}`).join(","),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }

  /** Every call since the last `forget`, in the order of arrival. */
  get calls(): readonly RecordedCall[] {
    return this.recorded;
  }

  /** The existing Kubernetes objects, with their latest calls. */
  get objects(): readonly RecordedCall[] {
    return [...this.existing.values()];
  }

  /** Forgets the calls so far. Objects keep existing. */
  forget(): void {
    this.recorded = [];
  }

  /** Makes the next matching call fail once. A preview never fails. */
  failOnce(failure: Failure): void {
    this.failures.push(failure);
  }

  private service(): Answered {
    return {
      handshake: unary(() =>
        new messages.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true).setAcceptOutputs(true),
      ),
      attach: unary(() => new Empty()),
      cancel: unary(() => new Empty()),
      getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
      getSchema: unary(() => new messages.GetSchemaResponse().setSchema("{}")),
      checkConfig: unary((request) => new messages.CheckResponse().setInputs(request.getNews())),
      check: unary((request) => new messages.CheckResponse().setInputs(request.getNews())),
      diffConfig: unary((request) => this.diffConfiguration(request)),
      configure: unary((request) => this.configure(request)),
      invoke: unary((request) => {
        this.record("invoke", request.getTok(), { inputs: fromStruct(request.getArgs()) });
        throw new Refusal(`${request.getTok()}: this server supports no functions`);
      }),
      diff: unary((request) => this.diff(request)),
      create: unary((request) => this.create(request)),
      update: unary((request) => this.update(request)),
      delete: unary((request) => this.delete(request)),
      read: unary((request) => {
        this.record("read", request.getUrn(), { id: request.getId(), oldInputs: fromStruct(request.getInputs()) });
        const answer = new messages.ReadResponse().setId(request.getId());
        return answer.setInputs(request.getInputs()).setProperties(request.getProperties());
      }),
    };
  }

  private configure(request: messages.ConfigureRequest): messages.ConfigureResponse {
    const inputs = fromStruct(request.getArgs());
    const call = this.record("configure", request.getUrn() ?? "", { inputs });
    if (call.type === "pulumi:providers:kubernetes") this.configuration = unwrappedRecord(inputs);
    const answer = new messages.ConfigureResponse().setAcceptsecrets(true).setAcceptresources(true);
    return answer.setAcceptoutputs(true).setSupportspreview(true);
  }

  private diffConfiguration(request: messages.DiffRequest): messages.DiffResponse {
    const before = fromStruct(request.getOldInputs());
    const after = fromStruct(request.getNews());
    const changes = differences(before, after);
    return diffAnswer(changes, argumentsThatReplace(unwrappedRecord(before), unwrappedRecord(after)));
  }

  private diff(request: messages.DiffRequest): messages.DiffResponse {
    const call = this.record("diff", request.getUrn(), {
      id: request.getId(),
      inputs: fromStruct(request.getNews()),
      oldInputs: fromStruct(request.getOldInputs()),
    });
    const ignored = request.getIgnorechangesList();
    const changes = differences(call.oldInputs, call.inputs).filter(
      ({ path }) => !ignored.some((outer) => isWithin(path, outer)),
    );
    const replacing = changes
      .map(({ path }) => path)
      .filter((path) => replacesFor(call.type, path, this.configuration));
    return diffAnswer(changes, replacing).setDeletebeforereplace(replacing.length > 0 && deletesFirst(call));
  }

  private async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const inputs = fromStruct(request.getProperties());
    const call = this.record("create", request.getUrn(), { inputs, preview: request.getPreview() });
    const id = identifierOf(call);
    const properties = await this.made(call, id, {});
    return new messages.CreateResponse().setId(call.preview ? "" : id).setProperties(properties);
  }

  private async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const [id, inputs] = [request.getId(), fromStruct(request.getNews())];
    const oldInputs = fromStruct(request.getOldInputs());
    const call = this.record("update", request.getUrn(), { id, inputs, oldInputs, preview: request.getPreview() });
    return new messages.UpdateResponse().setProperties(await this.made(call, id, fromStruct(request.getOlds())));
  }

  private async made(call: RecordedCall, id: string, oldOutputs: Properties): Promise<Struct> {
    const failure = this.failureOf(call);
    if (failure && !failure.leavesObject) throw new Refusal(failure.message);
    if (!call.preview && call.type.startsWith("kubernetes:") && !call.type.endsWith("Patch")) {
      const object = `${call.type} ${id}`;
      if (call.operation === "create" && this.existing.has(object)) throw new Refusal(`${object} already exists`);
      this.existing.set(object, call);
    }
    const run = commandRun(call, oldOutputs);
    const outputs = outputsOf(call, run ? await this.runCommand(run) : "");
    await this.finish(call);
    if (failure) throw initializationRefusal(failure.message, id, call.inputs, outputs);
    return toStruct(outputs);
  }

  private async delete(request: messages.DeleteRequest): Promise<Empty> {
    const oldInputs = fromStruct(request.getOldInputs());
    const call = this.record("delete", request.getUrn(), { id: request.getId(), oldInputs });
    const failure = this.failureOf(call);
    if (failure) throw new Refusal(failure.message);
    const run = commandRun(call, fromStruct(request.getProperties()));
    if (run) await this.runCommand(run);
    await this.finish(call);
    this.existing.delete(`${call.type} ${request.getId()}`);
    return new Empty();
  }

  private record(operation: RecordedCall["operation"], urn: string, rest: Partial<RecordedCall>): RecordedCall {
    this.count += 1;
    const unset = { preview: false, inputs: {}, oldInputs: {} };
    const call: RecordedCall = { operation, urn, ...urnParts(urn), ...unset, ...rest, serial: this.count };
    this.recorded.push(call);
    return call;
  }

  /** Delays the response, as a cluster does: calls that the engine does not order then overlap, so that tests detect a missing order. */
  private async finish(call: RecordedCall): Promise<void> {
    if (!call.preview) await Promise.all([setTimeout(momentMs), this.untilDone(call)]);
    this.count += 1;
    call.answered = this.count;
  }

  private failureOf(call: RecordedCall): Failure | undefined {
    const index = call.preview ? -1 : this.failures.findIndex(({ matches }) => matches(call));
    return index < 0 ? undefined : this.failures.splice(index, 1)[0];
  }
}
