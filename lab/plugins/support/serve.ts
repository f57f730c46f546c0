import * as fs from "node:fs";
import * as grpc from "@grpc/grpc-js";

/** Pulumi's own limit: a message of a large stack is more than the 4 MB that gRPC allows by default. */
const messageLimit = 400 * 1024 * 1024;

export const channelOptions = {
  "grpc.max_receive_message_length": messageLimit,
  "grpc.max_send_message_length": messageLimit,
};

/** What a plugin does for one kind of request, by the method's name in the service's definition. */
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
 * Serves as a plugin: prints the port, which is how the CLI learns it, and lives until the CLI ends it or is gone itself.
 * @param end what is to be done before the process ends; it must not wait
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
  // The CLI holds the other end of this pipe for as long as it lives, however it ends.
  if (fs.fstatSync(0).isFIFO()) process.stdin.on("end", leave).on("error", leave).resume();
  const port = await serveOnFreePort(definition, handlers);
  process.stdout.write(`${port}\n`);
}

/** The address of the engine that started this plugin: its last argument that is not an option. */
export function engineAddress(): string | undefined {
  return process.argv.slice(2).findLast((argument) => /^[\w.[\]:-]+:\d+$/.test(argument));
}

/** A handler that answers what the function returns, or the error that it throws. */
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

/** A handler for what a stand-in leaves out. */
export function notInStandIn(what: string): grpc.UntypedHandleCall {
  return unary(() => {
    throw Object.assign(new Error(`${what} is not in the stand-in: see lab/plugins/README.md`), {
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
