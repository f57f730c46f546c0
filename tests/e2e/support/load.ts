import { setTimeout as wait } from "node:timers/promises";
import { Visitor } from "./http";
import type { LabSite } from "./labSite";
import { type FailedRequest, Tally } from "./tally";
import { type Post, Writer } from "./writer";

/** Number of readers and of writers, and each one's interval between requests in milliseconds. */
const readers = { count: 4, everyMs: 500 } as const;
const writers = { count: 2, everyMs: 1000 } as const;

/** Timeout of a request, in milliseconds. */
const timeoutMs = 10_000;

/** Results of a load's requests. */
export interface LoadFigures {
  /** Number of successful requests. */
  readonly reads: number;
  readonly writes: number;
  readonly failedReads: readonly FailedRequest[];
  readonly failedWrites: readonly FailedRequest[];
  /** The longest periods without a successful read and without a successful write, in milliseconds. */
  readonly longestReadOutageMs: number;
  readonly longestWriteOutageMs: number;
}

/** A page, and a text that it contains unless something is wrong. */
interface Page {
  readonly path: string;
  readonly mark: string;
}

/** A user who can write posts. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/**
 * Readers of the front page and of a post, and writers of posts. Together they send ten requests a second, each on a connection of its
 * own. Two cores manage no more beside a cluster and Pulumi. A read succeeds if the page contains its text, a write if the site answers
 * 201. A writer who is logged out counts as a failure and logs in again.
 */
export class SteadyLoad {
  /** Titles of the posts that the site acknowledged. */
  readonly acknowledged: string[];
  private readonly reads = new Tally();
  private readonly writes = new Tally();
  private isStopped = false;
  private readonly work: Promise<unknown>;

  private constructor(
    { address }: LabSite,
    pages: readonly Page[],
    writing: readonly Writer[],
    written: readonly Post[],
  ) {
    this.acknowledged = written.map(({ title }) => title);
    const visitor = new Visitor(address, timeoutMs);
    const reading = Array.from({ length: readers.count / pages.length }, () => pages).flat();
    this.work = Promise.all([
      ...reading.map((page, index) => this.repeat(readers, index, this.reads, () => read(visitor, page))),
      ...writing.map((writer, index) => this.repeat(writers, index, this.writes, () => this.write(writer))),
    ]);
  }

  /**
   * Logs the writers in, lets each write a post, and starts the load.
   * @param account the writers' account. @default the administrator in the stack's outputs
   * @throws Error if a login or a post fails
   */
  static async start(site: LabSite, account?: Account): Promise<SteadyLoad> {
    const { user, password } = account ?? (await administrator(site));
    const run = `load-${Date.now().toString(36)}`;
    const { address } = site;
    const writing = Array.from(
      { length: writers.count },
      (_, index) => new Writer({ address, user, password, name: `${run}-${index}`, timeoutMs }),
    );
    const written: Post[] = [];
    for (const writer of writing) {
      written.push(await writer.write());
    }
    const title = (await site.rows("select option_value from wp_options where option_name = 'blogname'")).trim();
    const pages = [{ path: "/", mark: `<title>${title}` }, ...written.map(postPage).slice(0, 1)];
    return new SteadyLoad(site, pages, writing, written);
  }

  /**
   * Waits until ten reads and four writes in a row have succeeded.
   * @throws Error after 180 s, with the last failures
   */
  async recovers(): Promise<void> {
    this.reads.streak = 0;
    this.writes.streak = 0;
    const end = Date.now() + 180_000;
    while (this.reads.streak < 10 || this.writes.streak < 4) {
      if (Date.now() > end) {
        const last = [this.reads, this.writes].map(({ failed }) => failed.at(-1)?.reason ?? "nothing failed");
        throw new Error(`the site has not recovered after 180 s: ${last.join("; ")}`);
      }
      await wait(100);
    }
  }

  /** Stops the load when its last requests have ended. */
  async stop(): Promise<LoadFigures> {
    this.isStopped = true;
    await this.work;
    return {
      reads: this.reads.count,
      writes: this.writes.count,
      failedReads: this.reads.failed,
      failedWrites: this.writes.failed,
      longestReadOutageMs: this.reads.longestOutageMs,
      longestWriteOutageMs: this.writes.longestOutageMs,
    };
  }

  /** Sends a request at each interval until the load stops. */
  private async repeat(
    { count, everyMs }: { readonly count: number; readonly everyMs: number },
    index: number,
    tally: Tally,
    request: () => Promise<void>,
  ): Promise<void> {
    await wait((everyMs / count) * index);
    while (!this.isStopped) {
      const next = Date.now() + everyMs;
      await request().then(
        () => tally.succeeded(),
        (error: unknown) => tally.failedWith(error),
      );
      if (!this.isStopped) await wait(Math.max(0, next - Date.now()));
    }
  }

  private async write(writer: Writer): Promise<void> {
    this.acknowledged.push((await writer.write()).title);
  }
}

function postPage({ path, title }: Post): Page {
  return { path, mark: title };
}

/** @throws Error if the status is not 200 or the text is missing */
async function read(visitor: Visitor, { path, mark }: Page): Promise<void> {
  const { status, body } = await visitor.get(path);
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  if (!body.includes(mark)) throw new Error(`${path} is without ${mark}`);
}

/** Titles that the site acknowledged and that are not in its database. */
export async function lostWrites(site: LabSite, { acknowledged }: SteadyLoad): Promise<string[]> {
  const rows = await site.rows("select post_title from wp_posts where post_type = 'post' and post_status = 'publish'");
  const kept = new Set(rows.split("\n"));
  return acknowledged.filter((title) => !kept.has(title));
}

/** The administrator of a site with shared content, from the stack's outputs. */
export async function administrator(site: LabSite): Promise<Account> {
  const { adminUser, adminPassword } = await site.project.outputs("--show-secrets");
  return { user: String(adminUser), password: String(adminPassword) };
}
