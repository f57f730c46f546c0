import * as https from "node:https";
import * as http from "node:http";
import type { KubeConfig } from "@kubernetes/client-node";
import type { PlainObject } from "../support/propertyValues";
import { textAt } from "./objects";

/** Request timeout in milliseconds. */
const requestTimeoutMs = 30_000;

/** The API server answered a request with an error. */
export class ApiError extends Error {
  constructor(
    /** HTTP status code. */
    readonly code: number,
    /** Kubernetes' reason: `NotFound`, `AlreadyExists`, `Invalid`, `Conflict`, `Forbidden`. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** The API server could not be reached. */
export class Unreachable extends Error {
  constructor(reason: string) {
    super(`configured Kubernetes cluster is unreachable: ${reason}`);
  }
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  /** Content type of the body. @default application/json */
  readonly contentType?: string;
}

/** Sends requests to one cluster's API as the user of a kubeconfig. */
export class Api {
  private readonly agents = {
    "http:": new http.Agent({ keepAlive: true }),
    "https:": new https.Agent({ keepAlive: true }),
  };

  constructor(private readonly config: KubeConfig) {}

  /** @throws ApiError if the server refuses the request, Unreachable if no server answers */
  async send(request: ApiRequest): Promise<PlainObject> {
    const { status, body } = await this.exchange(request);
    const answer = parsed(body);
    if (status >= 200 && status < 300) return answer;
    throw new ApiError(status, textAt(answer, "reason"), textAt(answer, "message") || body.trim() || `HTTP ${status}`);
  }

  private async exchange(request: ApiRequest): Promise<{ status: number; body: string }> {
    const cluster = this.config.getCurrentCluster();
    if (!cluster) throw new Unreachable("the kubeconfig has no cluster for its context");
    const url = new URL(cluster.server.replace(/\/$/, "") + request.path);
    for (const [name, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, value);
    const body = request.body === undefined ? "" : JSON.stringify(request.body);
    const options: https.RequestOptions = {
      method: request.method,
      headers: {
        Accept: "application/json",
        "Content-Type": request.contentType ?? "application/json",
        // Node sends no Content-Length for the body of a DELETE by itself.
        "Content-Length": Buffer.byteLength(body),
      },
      timeout: requestTimeoutMs,
    };
    await this.config.applyToHTTPSOptions(options).catch((error: unknown) => {
      throw new Unreachable(
        `the kubeconfig's user cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    const { protocol } = url;
    if (protocol !== "http:" && protocol !== "https:")
      throw new Unreachable(`${cluster.server} is not a valid server address`);
    options.agent = this.agents[protocol];
    const module = protocol === "http:" ? http : https;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(new Unreachable(`${request.method} ${url.href}: ${error.message || "connection refused"}`));
      const outgoing = module.request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer in ${requestTimeoutMs / 1000} s`)));
      outgoing.on("error", fail);
      outgoing.end(body);
    });
  }
}

function parsed(body: string): PlainObject {
  try {
    return JSON.parse(body) as PlainObject;
  } catch {
    return {};
  }
}

/** Whether the server reported that the object, namespace or kind does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}
