import * as fs from "node:fs";
import * as grpc from "@grpc/grpc-js";

/** Pulumi's own limit: messages of a large stack exceed gRPC's default of 4 MB. */
const messageLimit = 400 * 1024 * 1024;

export const channelOptions = {
  "grpc.max_receive_message_length": messageLimit,
  "grpc.max_send_message_length": messageLimit,
};

/** A plugin's request handlers, by method name in the service definition. */
export type Handlers = Readonly<Record<string, grpc.UntypedHandleCall>>;

/** Serves requests on a free port of this machine, and returns the port. */
export async function serveOnFreePort(definition: grpc.ServiceDefinition, handlers: Handlers): Promise<number> {
  const server = new grpc.Server(channelOptions);
  server.addService(definition, handlers);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

/**
 * Serves as a plugin: prints the port for the CLI, and runs until the CLI ends it or ends itself.
 * @param end cleanup before the process ends; must be synchronous
 */
export async function servePlugin(
  definition: grpc.ServiceDefinition,
  handlers: Handlers,
  end: () => void = () => undefined,
): Promise<void> {
  const leave = () => {
    end();
    process.exit(0);
  };
  process.on("SIGINT", leave).on("SIGTERM", leave);
  // The CLI holds the other end of this pipe until it ends, however it ends.
  if (fs.fstatSync(0).isFIFO()) process.stdin.on("end", leave).on("error", leave).resume();
  const port = await serveOnFreePort(definition, handlers);
  process.stdout.write(`${port}\n`);
}

/** The address of the engine that started this plugin: the last argument that is not an option. */
export function engineAddress(): string | undefined {
  return process.argv.slice(2).findLast((argument) => /^[\w.[\]:-]+:\d+$/.test(argument));
}

/** Creates a handler that responds with the function's result, or with the error that it throws. */
export function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    const answered = async () => answer(request);
    answered().then(
      (response) => callback(null, response),
      (error: unknown) => callback(asServiceError(error)),
    );
  };
}

/** Creates a handler for a request that the stand-in does not support. */
export function notInStandIn(what: string): grpc.UntypedHandleCall {
  return unary(() => {
    throw Object.assign(new Error(`${what} is not supported by the stand-in: see lab/plugins/README.md`), {
      code: grpc.status.UNIMPLEMENTED,
    });
  });
}

function asServiceError(error: unknown): Partial<grpc.ServiceError> {
  if (!(error instanceof Error)) return { code: grpc.status.UNKNOWN, details: String(error) };
  const { code = grpc.status.UNKNOWN, metadata } = error as Partial<grpc.ServiceError>;
  return {
    code: typeof code === "number" ? code : grpc.status.UNKNOWN,
    details: error.message,
    ...(metadata && { metadata }),
  };
}
