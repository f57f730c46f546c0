import * as grpc from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzerHandshakeResponse,
  type AnalyzerStackConfigureRequest,
  AnalyzerStackConfigureResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { channelOptions, type Handlers, serveOnFreePort, unary } from "../support/serve";

/**
 * Stands between the engine and a policy pack. The pack learns of the stack through its environment when it starts;
 * the engine tells it by a request to the pack when it runs: so the proxy answers first, and the pack starts after.
 */
export class PolicyProxy {
  private readonly configured = deferred<AnalyzerStackConfigureRequest | undefined>();
  private readonly connected = deferred<grpc.Client>();

  /** Resolves with what the engine says of the stack; with nothing if it asks for something else first. */
  readonly configuration = this.configured.promise;

  /** Starts to listen, and returns the port. */
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

  /** Passes on, from now on, what the engine asks. */
  async attach(port: number): Promise<void> {
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions);
    const configuration = await this.configuration;
    if (configuration) await this.tellOfStack(client, configuration);
    this.connected.resolve(client);
  }

  /** Answers everything that the engine asks with this error. */
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
      error || !response ? reject(error ?? new Error("the policy pack did not answer")) : resolve(response),
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
