import { PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Engine } from "./engine";
import { fromWire, toWire } from "./propertyValues";
import type { CheckResult, DiffResult, Provider, ResourceRequest } from "./provider";
import { engineAddress, type Handlers, notInStandIn, servePlugin, unary } from "./serve";

/**
 * Serves a provider as a plugin of the CLI.
 * @param end cleanup before the process ends; must be synchronous
 */
export async function serveProvider(provider: Provider, end?: () => void): Promise<void> {
  const engine = new Engine(engineAddress());
  const cancellation = new AbortController();
  const about = (request: WireRequest): ResourceRequest => ({
    urn: request.getUrn(),
    type: request.getUrn().split("::")[2]?.split("$").at(-1) ?? "",
    name: request.getUrn().split("::").slice(3).join("::"),
    signal: cancellation.signal,
    timeoutSeconds: request.getTimeout?.() ?? 0,
    status: (severity, message) => engine.status(severity, request.getUrn(), message),
    log: (severity, message) => engine.log(severity, request.getUrn(), message),
  });
  const handlers: Handlers = {
    handshake: unary((request: messages.ProviderHandshakeRequest) => {
      engine.connect(request.getEngineAddress());
      return new messages.ProviderHandshakeResponse().setAcceptSecrets(true);
    }),
    attach: unary((request: PluginAttach) => {
      engine.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(provider.version)),
    getSchema: notInStandIn("a plugin's schema"),
    cancel: unary(() => {
      cancellation.abort();
      return new Empty();
    }),
    checkConfig: unary((request: messages.CheckRequest) => {
      const inputs = fromWire(request.getNews());
      return checkAnswer(provider.checkConfig?.(inputs) ?? { inputs });
    }),
    diffConfig: unary((request: messages.DiffRequest) => {
      const [olds, news] = [fromWire(request.getOldInputs() ?? request.getOlds()), fromWire(request.getNews())];
      return diffAnswer(provider.diffConfig?.(olds, news) ?? { changes: [] });
    }),
    configure: unary(async (request: messages.ConfigureRequest) => {
      await provider.configure?.(fromWire(request.getArgs()), engine);
      return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    check: unary(async (request: messages.CheckRequest) => {
      const olds = request.hasOlds() ? fromWire(request.getOlds()) : undefined;
      const news = fromWire(request.getNews());
      const randomSeed = request.getRandomseed_asU8();
      return checkAnswer(await provider.check({ ...about(request), olds, news, randomSeed }));
    }),
    diff: unary(async (request: messages.DiffRequest) => {
      const answer = await provider.diff({
        ...about(request),
        id: request.getId(),
        oldInputs: fromWire(request.getOldInputs()),
        state: fromWire(request.getOlds()),
        news: fromWire(request.getNews()),
      });
      return diffAnswer(answer);
    }),
    create: unary(async (request: messages.CreateRequest) => {
      const inputs = fromWire(request.getProperties());
      const created = await provider.create({ ...about(request), inputs, preview: request.getPreview() });
      return new messages.CreateResponse().setId(created.id).setProperties(toWire(created.outputs));
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const outputs = await provider.update({
        ...about(request),
        id: request.getId(),
        oldInputs: fromWire(request.getOldInputs()),
        state: fromWire(request.getOlds()),
        news: fromWire(request.getNews()),
        preview: request.getPreview(),
      });
      return new messages.UpdateResponse().setProperties(toWire(outputs));
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      const state = fromWire(request.getProperties());
      await provider.delete({
        ...about(request),
        id: request.getId(),
        oldInputs: fromWire(request.getOldInputs()),
        state,
      });
      return new Empty();
    }),
    read: unary(async (request: messages.ReadRequest) => {
      const state = fromWire(request.getProperties());
      const oldInputs = fromWire(request.getInputs());
      const found = await provider.read({ ...about(request), id: request.getId(), oldInputs, state });
      // A response without an ID means that the resource no longer exists.
      if (found === undefined) return new messages.ReadResponse();
      const answer = new messages.ReadResponse().setId(found.id);
      return answer.setInputs(toWire(found.inputs)).setProperties(toWire(found.outputs));
    }),
    invoke: unary((request: messages.InvokeRequest) => refuse(`the function ${request.getTok()}`)),
    call: unary((request: messages.CallRequest) => refuse(`the method ${request.getTok()}`)),
    construct: unary((request: messages.ConstructRequest) => refuse(request.getType())),
  };
  await servePlugin(ResourceProviderService, handlers, end);
}

/** @throws always, an error that names what the stand-in does not support */
export function refuse(what: string): never {
  throw new Error(`${what} is not supported by the stand-in: see lab/plugins/README.md`);
}

interface WireRequest {
  getUrn(): string;
  getTimeout?(): number;
}

function checkAnswer({ inputs, failures = [] }: CheckResult): messages.CheckResponse {
  const list = failures.map(({ property, reason }) =>
    new messages.CheckFailure().setProperty(property).setReason(reason),
  );
  return new messages.CheckResponse().setInputs(toWire(inputs)).setFailuresList(list);
}

function diffAnswer({ changes, deleteBeforeReplace = false }: DiffResult): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const answer = new messages.DiffResponse()
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...new Set(changes.map(({ property }) => property))])
    .setReplacesList(changes.filter(({ replaces }) => replaces).map(({ path }) => path))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const { path, kind, replaces } of changes) {
    const name = replaces ? (`${kind}_REPLACE` as const) : kind;
    const change = new messages.PropertyDiff().setKind(messages.PropertyDiff.Kind[name]).setInputdiff(true);
    answer.getDetaileddiffMap().set(path, change);
  }
  return answer;
}
