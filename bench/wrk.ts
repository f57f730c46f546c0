import * as path from "node:path";
import { installPackages } from "../lab/cluster/packages";
import { run } from "../lab/support/processes";

/** Concurrent connections. Each requests its next page when the previous one has arrived. */
const connections = 8;

/** What to request. */
export interface LoadOptions {
  /** The site's address on this machine, e.g. `http://127.0.0.1:30017`. */
  readonly address: string;
  /** Requested in random order. */
  readonly paths: readonly string[];
  /** Whole seconds. */
  readonly seconds: number;
  /** Cookies of a user who is logged in. @default none */
  readonly cookies?: string;
}

/** Figures that `wrk` reported. */
export interface LoadFigures {
  readonly perSecond: number;
  /** 99th percentile of the latency in milliseconds, as wrk corrects it for requests that were delayed by a slow one. */
  readonly p99: number;
}

/** Installs missing packages for the load test. */
export async function prepareLoad(): Promise<void> {
  await installPackages([{ file: "/usr/bin/wrk", name: "wrk" }]);
}

/** Sends requests as fast as they are answered. @throws Error if a response is not 2xx or 3xx, or none arrived: such a figure is invalid */
export async function load({ address, paths, seconds, cookies }: LoadOptions): Promise<LoadFigures> {
  const script = path.join(__dirname, "load.lua");
  const flags = [`--threads=2`, `--connections=${connections}`, `--duration=${seconds}s`, "--timeout=30s"];
  const output = await run("wrk", [...flags, `--script=${script}`, address, "--", ...paths], {
    // Not on the command line, which other users can read.
    ...(cookies === undefined ? {} : { env: { BENCH_COOKIES: cookies } }),
    timeoutMs: (seconds + 60) * 1000,
  });
  const told = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Record<
    "requests" | "microseconds" | "p99" | "failed" | "cut",
    number
  >;
  // A server that closes a connection after a number of requests may cut the next request, which is already on its way.
  if (told.failed > 0 || told.cut > told.requests / 1000 || told.requests === 0)
    throw new Error(`${told.failed + told.cut} of ${told.requests} requests to ${address}${paths[0]} failed`);
  return { perSecond: (told.requests / told.microseconds) * 1e6, p99: told.p99 / 1000 };
}
