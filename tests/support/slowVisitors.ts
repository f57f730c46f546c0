import { once } from "node:events";
import type * as http from "node:http";
import { setTimeout } from "node:timers/promises";

/** The server under test. */
export interface Served {
  /** Opens a request without ending it. */
  request(
    url: string,
    asked: { readonly method: string; readonly headers: Readonly<Record<string, string>> },
  ): http.ClientRequest;
}

/** A client that reads a limited number of bytes per second. */
export class SlowReader {
  bytes = 0;
  status = 0;
  isOpen = true;
  readonly begun: Promise<unknown>;

  constructor(
    private readonly request: http.ClientRequest,
    private readonly rate: number,
  ) {
    request.on("error", () => (this.isOpen = false));
    request.on("close", () => (this.isOpen = false));
    this.begun = once(request.end(), "response").then(([response]) => this.read(response as http.IncomingMessage));
  }

  leave(): void {
    this.request.destroy();
  }

  private read(response: http.IncomingMessage): void {
    this.status = response.statusCode ?? 0;
    response.on("data", (chunk: Buffer) => {
      this.bytes += chunk.length;
      response.pause();
      void setTimeout((1000 * chunk.length) / this.rate).then(() => response.resume());
    });
  }
}

/** A client that uploads a file with a limited number of bytes per second. */
export class SlowSender {
  isOpen = true;
  /** The error that ended it before a response. */
  problem: string | undefined;
  /** Status of the response. */
  readonly answered: Promise<number>;
  private readonly request: http.ClientRequest;
  private readonly timer: NodeJS.Timeout;

  /** @param address the client's address according to a trusted proxy */
  constructor(site: Served, length: number, rate: number, address?: string) {
    const forwarded: Record<string, string> = address === undefined ? {} : { "x-forwarded-for": address };
    const headers = { ...forwarded, "content-length": String(length), "content-type": "application/octet-stream" };
    this.request = site.request("/wp-admin/async-upload.php", { method: "POST", headers });
    this.answered = new Promise((resolve) => {
      this.request.on("response", (response) => {
        this.isOpen = false;
        response.resume();
        resolve(response.statusCode ?? 0);
      });
    });
    this.request.on("error", (error) => (this.problem = String(error))).on("close", () => this.leave());
    this.request.write(Buffer.alloc(20_000));
    this.timer = setInterval(() => this.request.write(Buffer.alloc(rate / 5)), 200);
  }

  leave(): void {
    this.isOpen = false;
    clearInterval(this.timer);
    this.request.destroy();
  }
}
