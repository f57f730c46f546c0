import { setTimeout as wait } from "node:timers/promises";
import { step } from "../lab/support/progress";
import { Visitor } from "../tests/e2e/support/http";
import type { Account } from "../tests/e2e/support/load";
import { Writer } from "../tests/e2e/support/writer";
import { stopwatch } from "../tests/support/timed";
import type { CommandTimes } from "./commandTimes";
import { address, type BenchSite, memory, scale } from "./site";
import { load } from "./wrk";

/** What one site showed in one round. */
export interface Figures {
  /** Requests in a second. */
  readonly frontPage: number;
  readonly staticFile: number;
  readonly posts: number;
  readonly dashboard: number;
  /** Milliseconds in which 99 of 100 front pages came, while somebody wrote. */
  readonly frontPageWhileWritten: number;
  /** Seconds until three pods serve in the place of one. */
  readonly scaled: number;
  /** Seconds from nothing to the front page of an installed site. */
  readonly installed: number;
  /** MiB of the pod of WordPress. */
  readonly memoryAtRest: number;
  readonly memoryUnderLoad: number;
  /** Of the program alone. */
  readonly commandTimes: CommandTimes | undefined;
}

/** How long what is done in a round takes. */
export interface Durations {
  /** Whole seconds of each load. */
  readonly load: number;
  /** Whole seconds before memory is read. The node looks every ten to fifteen: with fewer, what it says may be of before. */
  readonly rest: number;
}

/** How many posts there are to read. */
const posts = 20;

/** A file of WordPress's own, 3 kB, which Apache gives as it is. */
const file = "/wp-includes/images/w-logo-blue.png";

/** Brings a site up, measures, and removes it, also where that fails. */
export async function measure(title: string, start: () => Promise<BenchSite>, durations: Durations): Promise<Figures> {
  const site = await start();
  try {
    const { result: account, seconds: installed } = await step(`${title}: from nothing to an installed site`, () =>
      stopwatch(() => site.install()),
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

/** Writes posts. @returns where they are read */
async function writePosts(account: Account, count: number): Promise<string[]> {
  const writer = new Writer({ address, ...account, name: "bench", timeoutMs: 30_000 });
  const paths: string[] = [];
  while (paths.length < count) paths.push((await writer.write()).path);
  return paths;
}

/** What `work` gives, while somebody writes a post every second. */
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

/** Cookies of somebody who sees the dashboard. */
async function login({ user, password }: Account): Promise<string> {
  const visitor = new Visitor(address);
  await visitor.login(user, password);
  const { status, body } = await visitor.get("/wp-admin/index.php");
  if (status !== 200 || !body.includes("wpadminbar")) throw new Error(`the dashboard answered ${status}`);
  return visitor.cookieHeader;
}
