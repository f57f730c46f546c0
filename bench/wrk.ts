import * as path from "node:path";
import { installPackages } from "../lab/cluster/packages";
import { run } from "../lab/support/processes";

/** Connections that ask at once, each for the next page when it has the one before. */
const connections = 8;

/** What to ask for. */
export interface LoadOptions {
  /** Where the site is: an address of this machine, e.g. `http://127.0.0.1:30017`. */
  readonly address: string;
  /** Asked for at random. */
  readonly paths: readonly string[];
  /** Whole seconds. */
  readonly seconds: number;
  /** Of a user who is logged in. @default nobody's */
  readonly cookies?: string;
}

/** What `wrk` saw. */
export interface LoadFigures {
  readonly perSecond: number;
  /** Milliseconds in which 99 of 100 requests were answered, those included that waited to be asked behind a slow one, as wrk counts. */
  readonly p99: number;
}

/** Installs what the load needs, where it is missing. */
export async function prepareLoad(): Promise<void> {
  await installPackages([{ file: "/usr/bin/wrk", name: "wrk" }]);
}

/** Asks as fast as it gets answers. @throws Error where anything else than 2xx and 3xx came, or nothing: that is no figure */
export async function load({ address, paths, seconds, cookies }: LoadOptions): Promise<LoadFigures> {
  const script = path.join(__dirname, "load.lua");
  const flags = [`--threads=2`, `--connections=${connections}`, `--duration=${seconds}s`, "--timeout=30s"];
  const output = await run("wrk", [...flags, `--script=${script}`, address, "--", ...paths], {
    // Not on the command line, where others read.
    ...(cookies === undefined ? {} : { env: { BENCH_COOKIES: cookies } }),
    timeoutMs: (seconds + 60) * 1000,
  });
  const told = JSON.parse(output.trim().split("\n").at(-1) ?? "") as Record<
    "requests" | "microseconds" | "p99" | "failed" | "cut",
    number
  >;
  // A server that closes a connection after so many requests may meet the next one on its way.
  if (told.failed > 0 || told.cut > told.requests / 1000 || told.requests === 0)
    throw new Error(`${told.failed + told.cut} of ${told.requests} requests to ${address}${paths[0]} failed`);
  return { perSecond: (told.requests / told.microseconds) * 1e6, p99: told.p99 / 1000 };
}
