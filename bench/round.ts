import { setTimeout as wait } from "node:timers/promises";
import { step } from "../lab/support/progress";
import { Visitor } from "../tests/e2e/support/http";
import type { Account } from "../tests/e2e/support/load";
import { Writer } from "../tests/e2e/support/writer";
import { stopwatch } from "../tests/support/timed";
import type { CommandTimes } from "./commandTimes";
import { address, type BenchSite, memory, scale } from "./site";
import { load } from "./wrk";

/** Figures of one site in one round. */
export interface Figures {
  /** Requests per second. */
  readonly frontPage: number;
  readonly staticFile: number;
  readonly posts: number;
  readonly dashboard: number;
  /** 99th percentile of the front page's latency in milliseconds, while a user writes posts. */
  readonly frontPageWhileWritten: number;
  /** Seconds to scale from one pod to three, until all three serve. */
  readonly scaled: number;
  /** Seconds from an empty cluster to the front page of an installed site. */
  readonly installed: number;
  /** MiB of the WordPress pod. */
  readonly memoryAtRest: number;
  readonly memoryUnderLoad: number;
  /** Set for the program only. */
  readonly commandTimes: CommandTimes | undefined;
}

/** Durations of the steps of a round. */
export interface Durations {
  /** Whole seconds of each load test. */
  readonly load: number;
  /** Whole seconds before memory is read. The kubelet samples every 10 to 15 s: a shorter pause may read an old sample. */
  readonly rest: number;
}

/** Number of posts to read. */
const posts = 20;

/** A static file of 3 kB that is part of WordPress. */
const file = "/wp-includes/images/w-logo-blue.png";

/** Deploys a site, measures it, and removes it, even if measuring fails. */
export async function measure(title: string, start: () => Promise<BenchSite>, durations: Durations): Promise<Figures> {
  const site = await start();
  try {
    const { result: account, seconds: installed } = await step(
      `${title}: from an empty cluster to an installed site`,
      () => stopwatch(() => site.install()),
    );
    return await step(`${title}: under load`, async () => ({
      installed,
      ...(await measureInstalled(site, account, durations)),
    }));
  } finally {
    await step(`${title}: removed`, () => site.remove());
  }
}

async function measureInstalled(site: BenchSite, account: Account, { load: seconds, rest }: Durations) {
  const commandTimes = await site.commandTimes?.();
  const paths = await writePosts(account, posts);
  await wait(rest * 1000);
  const memoryAtRest = await memory(site);
  const ask = (...paths: string[]) => load({ address, paths, seconds });
  const staticFile = (await ask(file)).perSecond;
  const frontPage = (await ask("/")).perSecond;
  const fromPosts = (await ask(...paths)).perSecond;
  const cookies = await login(account);
  const [dashboard, memoryUnderLoad] = await Promise.all([
    load({ address, paths: ["/wp-admin/index.php"], seconds: seconds + rest, cookies }),
    wait((seconds + rest - 1) * 1000).then(() => memory(site)),
  ]);
  const frontPageWhileWritten = await whileWritten(account, async () => (await ask("/")).p99);
  const scaled = await scale(site, 3);
  return {
    ...{ memoryAtRest, memoryUnderLoad, staticFile, frontPage, posts: fromPosts },
    ...{ dashboard: dashboard.perSecond, frontPageWhileWritten, scaled, commandTimes },
  };
}

/** Writes posts. @returns their paths */
async function writePosts(account: Account, count: number): Promise<string[]> {
  const writer = new Writer({ address, ...account, name: "bench", timeoutMs: 30_000 });
  const paths: string[] = [];
  while (paths.length < count) paths.push((await writer.write()).path);
  return paths;
}

/** Runs `work` while a user writes a post every second. */
async function whileWritten<T>(account: Account, work: () => Promise<T>): Promise<T> {
  const writer = new Writer({ address, ...account, name: "bench-writer", timeoutMs: 30_000 });
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      const next = Date.now() + 1000;
      await writer.write();
      await wait(Math.max(0, next - Date.now()));
    }
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await writing;
  }
}

/** Logs in. @returns the cookies of a user who can open the dashboard */
async function login({ user, password }: Account): Promise<string> {
  const visitor = new Visitor(address);
  await visitor.login(user, password);
  const { status, body } = await visitor.get("/wp-admin/index.php");
  if (status !== 200 || !body.includes("wpadminbar")) throw new Error(`the dashboard answered ${status}`);
  return visitor.cookieHeader;
}
