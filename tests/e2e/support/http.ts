import * as http from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  /** Where a redirect leads to. */
  readonly location: string | undefined;
  readonly body: string;
}

/** A visitor with cookies who opens a connection of its own for each request, so that each may reach another pod. */
export class Visitor {
  private readonly cookies = new Map<string, string>();

  /**
   * @param address where the site is, e.g. `http://127.0.0.1:30007`
   * @param timeoutMs whole milliseconds after which a request that is not answered is given up
   */
  constructor(
    private readonly address: string,
    private readonly timeoutMs: number = 30_000,
  ) {}

  get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  /** Sends a form. @param headers besides those of the form and the cookies */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return this.request("POST", path, new URLSearchParams(fields).toString(), { ...type, ...headers });
  }

  /** Installs WordPress as its installer's form does. @throws where the installer does not say that it is done */
  async install(user: string, password: string): Promise<void> {
    const answer = await this.post("/wp-admin/install.php?step=2", {
      weblog_title: "Chapter",
      user_name: user,
      admin_password: password,
      admin_password2: password,
      pw_weak: "on",
      admin_email: "admin@example.com",
      language: "",
    });
    if (!answer.body.includes("WordPress has been installed")) throw new Error(`not installed: ${answer.body}`);
  }

  /** Logs in; the cookies are kept. @throws where the login page comes back */
  async login(user: string, password: string): Promise<void> {
    await this.get("/wp-login.php");
    const { status, body } = await this.post("/wp-login.php", { log: user, pwd: password, testcookie: "1" });
    if (status !== 302) throw new Error(`login answered ${status}: ${body.slice(0, 500)}`);
  }

  /** The cookies as a request sends them; empty where there are none. */
  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  private request(
    method: string,
    path: string,
    form?: string,
    given: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const cookie = this.cookieHeader;
    const headers = { ...(cookie ? { cookie } : {}), ...given };
    return new Promise((resolve, reject) => {
      const request = http.request(
        new URL(path, this.address),
        { method, agent: false, timeout: this.timeoutMs, headers },
        (response) => {
          this.keepCookies(response.headers["set-cookie"] ?? []);
          const { statusCode: status = 0, headers } = response;
          text(response).then((body) => resolve({ status, location: headers.location, body }), reject);
        },
      );
      request.on("timeout", () => request.destroy(timedOut(`${path} did not answer in ${this.timeoutMs} ms`)));
      request.on("error", reject);
      request.end(form);
    });
  }

  private keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.cookies.set(name, value);
    }
  }
}

/** An error with the code that the system has for it. */
function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: "ETIMEDOUT" });
}

/** What a page says, its markup left out; at most 300 characters of it. */
function textOf(page: string): string {
  const marked = page.replace(/<(style|script)[^]*?<\/\1>|<[^>]*>/g, " ");
  return marked.replace(/\s+/g, " ").trim().slice(0, 300);
}

/** How many of a logged-in visitor's dashboard pages were answered with the way to the login page. */
export async function countLogouts(visitor: Visitor, requests: number, mark: string): Promise<number> {
  let count = 0;
  for (let index = 0; index < requests; index++) {
    const { status, location, body } = await visitor.get(`/wp-admin/index.php?${mark}=${index}`);
    if (status === 302 && location?.includes("wp-login.php")) count++;
    else if (status !== 200) throw new Error(`the dashboard answered ${status}: ${textOf(body)}`);
  }
  return count;
}
