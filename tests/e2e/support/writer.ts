import { type Answer, Visitor } from "./http";
import { LoggedOut } from "./tally";

/** A post that the site acknowledged. */
export interface Post {
  readonly title: string;
  /** Path and query of its page. */
  readonly path: string;
}

export interface WriterOptions {
  /** URL of the site, e.g. `http://127.0.0.1:30007`. */
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Prefix of the titles, different for each writer. */
  readonly name: string;
  /** Timeout of a request, in milliseconds. */
  readonly timeoutMs: number;
}

/** A user who writes one post after another through WordPress's REST API. */
export class Writer {
  private session: { readonly visitor: Visitor; readonly nonce: string } | undefined;
  private written = 0;

  constructor(private readonly options: WriterOptions) {}

  /**
   * Writes a post with a unique title.
   * @returns the post, if the site acknowledged it
   * @throws LoggedOut if the writer is logged out; the next call logs in again
   * @throws Error for any other answer
   */
  async write(): Promise<Post> {
    const title = `${this.options.name}-${++this.written}`;
    this.session ??= await this.login();
    const { visitor, nonce } = this.session;
    const fields = { title, content: `The post ${title}.`, status: "publish" };
    const answer = await visitor.post("/?rest_route=/wp/v2/posts", fields, { "x-wp-nonce": nonce });
    if (isLoggedOut(answer)) {
      this.session = undefined;
      throw new LoggedOut(`post answered ${answer.status}`);
    }
    if (answer.status !== 201) throw unexpected("post", answer);
    const { pathname, search } = new URL((JSON.parse(answer.body) as { link: string }).link);
    return { title, path: `${pathname}${search}` };
  }

  /** @throws LoggedOut if one pod accepts the login and the next one does not, e.g. while the salts are rotated */
  private async login() {
    const { address, user, password, timeoutMs } = this.options;
    const visitor = new Visitor(address, timeoutMs);
    await visitor.login(user, password);
    const answer = await visitor.get("/wp-admin/admin-ajax.php?action=rest-nonce");
    // WordPress's answer to an anonymous client.
    if (answer.status === 400 && answer.body === "0") throw new LoggedOut("nonce answered 400");
    if (answer.status !== 200) throw unexpected("nonce", answer);
    return { visitor, nonce: answer.body };
  }
}

function isLoggedOut({ status }: Answer): boolean {
  return status === 401 || status === 403;
}

function unexpected(what: string, { status, body }: Answer): Error {
  return new Error(`${what} answered ${status}: ${body.slice(0, 200)}`);
}
