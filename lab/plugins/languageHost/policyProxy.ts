import * as grpc from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzerHandshakeResponse,
  type AnalyzerStackConfigureRequest,
  AnalyzerStackConfigureResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { channelOptions, type Handlers, serveOnFreePort, unary } from "../support/serve";

/**
 * A proxy between the engine and a policy pack. The pack reads the stack's configuration from its environment when it starts, but the
 * engine sends it only to a running pack. So the proxy answers first, and then starts the pack.
 */
export class PolicyProxy {
  private readonly configured = deferred<AnalyzerStackConfigureRequest | undefined>();
  private readonly connected = deferred<grpc.Client>();

  /** Resolves with the stack's configuration from the engine; with nothing if the engine sends another request first. */
  readonly configuration = this.configured.promise;

  /** Starts listening, and returns the port. */
  async start(): Promise<number> {
    this.connected.promise.catch(() => undefined);
    return serveOnFreePort(AnalyzerService, {
      ...this.forwarding(),
      handshake: unary(() => new AnalyzerHandshakeResponse()),
      configureStack: unary((request: AnalyzerStackConfigureRequest) => {
        this.configured.resolve(request);
        return new AnalyzerStackConfigureResponse();
      }),
    });
  }

  /** Forwards all requests of the engine from now on. */
  async attach(port: number): Promise<void> {
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions);
    const configuration = await this.configuration;
    if (configuration) await this.tellOfStack(client, configuration);
    this.connected.resolve(client);
  }

  /** Answers all requests of the engine with this error. */
  fail(error: Error): void {
    this.connected.reject(error);
  }

  private async tellOfStack(client: grpc.Client, configuration: AnalyzerStackConfigureRequest): Promise<void> {
    try {
      await forward(client, AnalyzerService.configureStack, configuration);
    } catch (error) {
      if ((error as grpc.ServiceError).code !== grpc.status.UNIMPLEMENTED) throw error;
    }
  }

  private forwarding(): Handlers {
    const methods = Object.entries(AnalyzerService as grpc.ServiceDefinition);
    return Object.fromEntries(
      methods.map(([name, method]) => [
        name,
        unary(async (request: unknown) => {
          this.configured.resolve(undefined);
          return forward<unknown, unknown>(await this.connected.promise, method, request);
        }),
      ]),
    );
  }
}

async function forward<Request, Response>(
  client: grpc.Client,
  method: grpc.MethodDefinition<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize } = method;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) =>
      error || !response ? reject(error ?? new Error("the policy pack did not respond")) : resolve(response),
    );
  });
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => ([resolve, reject] = [onValue, onError]));
  return { promise, resolve, reject };
}
