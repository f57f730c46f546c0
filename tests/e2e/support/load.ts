import { setTimeout as wait } from "node:timers/promises";
import { Visitor } from "./http";
import type { LabSite } from "./labSite";
import { type FailedRequest, Tally } from "./tally";
import { type Post, Writer } from "./writer";

/** How many there are, and the milliseconds from the begin of one's request to its next one, where it is answered in time. */
const readers = { count: 4, everyMs: 500 } as const;
const writers = { count: 2, everyMs: 1000 } as const;

/** Milliseconds after which a request that is not answered has failed. */
const timeoutMs = 10_000;

/** What became of a load's requests. */
export interface LoadFigures {
  /** Requests that ended well. */
  readonly reads: number;
  readonly writes: number;
  readonly failedReads: readonly FailedRequest[];
  readonly failedWrites: readonly FailedRequest[];
  /** The longest spans without a read, and without a write, that ended well; milliseconds. */
  readonly longestReadOutageMs: number;
  readonly longestWriteOutageMs: number;
}

/** What is read, and what is in it where all is well. */
interface Page {
  readonly path: string;
  readonly mark: string;
}

/** Who may write on a site. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/**
 * Readers of the front page and of a post, and writers of posts, who ask ten times in a second altogether, each time by a connection
 * of its own: what two cores have to spare beside a cluster and Pulumi. Anything else than a page with its mark, or a post acknowledged with 201, has failed, also
 * where the writer was logged out; it then logs in again.
 */
export class SteadyLoad {
  /** Titles of the posts that the site said to have. */
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
   * Logs the writers in, has each write a post, and begins.
   * @param account the one that writes. @default the administrator of the stack's outputs
   * @throws Error where the site is not well
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
   * Waits until all goes well: ten reads and four posts one after the other, from now on.
   * @throws Error after 180 s, with what failed last
   */
  async goesWell(): Promise<void> {
    this.reads.streak = 0;
    this.writes.streak = 0;
    const end = Date.now() + 180_000;
    while (this.reads.streak < 10 || this.writes.streak < 4) {
      if (Date.now() > end) {
        const last = [this.reads, this.writes].map(({ failed }) => failed.at(-1)?.reason ?? "nothing failed");
        throw new Error(`the site is not well again after 180 s: ${last.join("; ")}`);
      }
      await wait(100);
    }
  }

  /** Ends, once the last requests are answered or given up. */
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

  /** Does the same again and again. */
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

/** @throws Error where the page does not come, or not as it is */
async function read(visitor: Visitor, { path, mark }: Page): Promise<void> {
  const { status, body } = await visitor.get(path);
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  if (!body.includes(mark)) throw new Error(`${path} is without ${mark}`);
}

/** Titles that the site acknowledged and that its database does not have. */
export async function lostWrites(site: LabSite, { acknowledged }: SteadyLoad): Promise<string[]> {
  const rows = await site.rows("select post_title from wp_posts where post_type = 'post' and post_status = 'publish'");
  const kept = new Set(rows.split("\n"));
  return acknowledged.filter((title) => !kept.has(title));
}

/** Of the stack's outputs: whom a site that installs itself is for. */
export async function administrator(site: LabSite): Promise<Account> {
  const { adminUser, adminPassword } = await site.project.outputs("--show-secrets");
  return { user: String(adminUser), password: String(adminPassword) };
}
