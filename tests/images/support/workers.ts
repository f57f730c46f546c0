import type * as http from "node:http";
import { setTimeout } from "node:timers/promises";

/** Number of requests that a pod of the site handles at once. */
const workers = 16;
/** Milliseconds that a page takes. */
const pageMs = 50;
/** Content of `/wp-content/uploads/big.bin`. */
export const file = Buffer.alloc(40_000_000, "0123456789");

/** A pod of the site. It handles a few requests at once, each of them until the client has read the answer. */
export class Site {
  busy = 0;
  /** Bytes of received bodies, including incomplete ones. */
  received = 0;
  private readonly waiting: (() => void)[] = [];

  readonly listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    void this.serve(request, response);
  };

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (this.busy >= workers) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.busy++;
    response.on("close", () => {
      this.busy--;
      this.waiting.shift()?.();
    });
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      this.received += (chunk as Buffer).length;
    }
    if (request.method === "POST") response.end(`${bytes} bytes`);
    else if (request.url === "/wp-content/uploads/empty.bin") response.setHeader("content-length", 0).end();
    else if (request.url === "/wp-content/uploads/none.bin") response.writeHead(404).end("none");
    else if (request.url === "/wp-content/uploads/big.bin") serveFile(request, response);
    else await setTimeout(pageMs).then(() => response.end("page"));
  }
}

/** Serves a file like Apache. */
function serveFile({ headers, method }: http.IncomingMessage, response: http.ServerResponse): void {
  const etag = '"2625a00-1"';
  response.setHeader("etag", etag).setHeader("accept-ranges", "bytes");
  const isRangeValid = headers["if-range"] === undefined || headers["if-range"] === etag;
  const [, first = "", last = ""] = (isRangeValid && /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "")) || [];
  const from = first === "" ? file.length - Number(last) : Number(first);
  const end = first === "" || last === "" ? file.length : Math.min(Number(last) + 1, file.length);
  if (headers["if-none-match"] === etag) response.writeHead(304).end();
  else if (first + last === "" || method === "HEAD") response.setHeader("content-length", file.length).end(file);
  else if (from >= file.length) response.writeHead(416).end();
  else {
    const range = `bytes ${from}-${end - 1}/${file.length}`;
    response.writeHead(206, { "content-range": range, "content-length": end - from });
    response.end(file.subarray(from, end));
  }
}
