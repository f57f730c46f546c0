import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { pageCacheFiles } from "../../../components/pageCache/pageCacheFiles";
import { pageCachePodSpec } from "../../../components/pageCache/pageCachePod";
import { pageCachePorts } from "../../../components/pageCache/pageCacheNames";
import { isUnreachable, until } from "../../support/until";
import type { Container } from "./container";
import { NameServer } from "./nameServer";
import { Workbench } from "./workbench";

const nginx = "docker.io/library/nginx:1.30";
const nginxUser = 101;
const host = "blog.example.com";

/** What the page cache answered. */
export interface Answer {
  readonly status: number;
  /** Of the header `X-Cache`. */
  readonly state: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Not compressed any more. */
  readonly body: string;
  /** Seconds from the request to the end of the answer. */
  readonly seconds: number;
}

export interface Asked {
  readonly method?: string;
  /** One header may come several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** A pod of the page cache with the program's own configuration, in front of servers of the test's own. */
export class CacheBench {
  readonly workbench = new Workbench();
  private readonly servers: http.Server[] = [];
  private nameServers: NameServer[] = [];
  private here: readonly string[] = [];
  private there = "";
  /** An address on the cache's network that takes no connection and refuses none. */
  unusedAddress = "";
  container: Container | undefined;
  /** Folder in the place of the volume with the pages. */
  pages = "";

  /** @param images to lay out besides nginx's */
  async open(...images: string[]): Promise<void> {
    await this.workbench.open(nginx, ...images);
    ({ here: this.here, there: this.there, unused: this.unusedAddress } = await this.workbench.link());
  }

  /** Starts a pod of the site, and returns its address. @param at number of the address that it gets, from 0 */
  async site(handler: http.RequestListener, at = 0): Promise<string> {
    const server = http.createServer({ keepAlive: false, maxHeaderSize: 2 ** 16 }, handler);
    server.listen(80, this.here[at]);
    await once(server, "listening");
    this.servers.push(server);
    return this.here[at] ?? "";
  }

  /** Starts a name server that knows the site's pods by these addresses. @param at number of its own address, from 0 */
  async nameServer(names: readonly string[], at = 9): Promise<NameServer> {
    const server = await NameServer.start(this.here[at] ?? "");
    server.names = names;
    this.nameServers.push(server);
    return server;
  }

  /** Starts nginx, and waits until it has found the site's pods. @param before what the shell does first */
  async start({
    seconds = 600,
    uploadLimit = "64Mi",
    trustedProxies = [],
    nameServersAt = [9],
    before = "true",
  }: {
    seconds?: number;
    uploadLimit?: string;
    trustedProxies?: readonly string[];
    nameServersAt?: readonly number[];
    before?: string;
  } = {}): Promise<void> {
    const settings = { uploadLimit, trustedProxies };
    const config = this.workbench.volume();
    for (const [name, text] of Object.entries(pageCacheFiles({ seconds, settings }))) {
      fs.writeFileSync(path.join(config, name), text);
    }
    const resolv = path.join(this.workbench.volume(), "resolv.conf");
    const servers = nameServersAt.map((at) => `nameserver ${this.here[at]}\n`).join("");
    fs.writeFileSync(resolv, `${servers}search test.svc.cluster.local svc.cluster.local\n`);
    const [container] = pageCachePodSpec(nginx, "test", settings).containers;
    if (!container) throw new Error("the pod has no container");
    const folders = container.volumeMounts.filter(({ name }) => name !== "config");
    const volumes = Object.fromEntries(folders.map(({ mountPath }) => [mountPath, this.workbench.volume(nginxUser)]));
    this.pages = path.join(volumes["/var/cache/nginx"] ?? "", "pages");
    this.container = await this.workbench.start(nginx, {
      uid: nginxUser,
      readOnly: true,
      command: ["sh", "-c", `${before}; exec "$@"`, "sh", ...container.command],
      env: Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
      volumes: { ...volumes, "/etc/wordpress-cache": config, "/etc/resolv.conf": resolv },
    });
    await this.until("it finds the site", async () => (await this.ask("/wp-admin/ready")).status !== 502);
  }

  /** Waits until `check` holds, 30 seconds at most. nginx may not answer at all yet. */
  async until(what: string, check: () => Promise<boolean>): Promise<void> {
    try {
      await until(what, 30, check, { isTransient: isUnreachable, pollMs: 100 });
    } catch (error) {
      throw new Error(`${String(error)}\n${this.container?.output}`, { cause: error });
    }
  }

  /** Asks under the site's own name unless the headers have another. */
  async ask(url: string, asked: Asked = {}): Promise<Answer> {
    const began = performance.now();
    const request = this.request(url, asked);
    request.end(asked.body);
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const bytes = await buffer(response);
    const body = response.headers["content-encoding"] === "gzip" ? gunzipSync(bytes).toString() : bytes.toString();
    return {
      status: response.statusCode ?? 0,
      state: String(response.headers["x-cache"]),
      headers: response.headers,
      body,
      seconds: (performance.now() - began) / 1000,
    };
  }

  /** Makes all pages old, as a change does. */
  async forget(): Promise<void> {
    const request = http.request({
      host: this.there,
      port: pageCachePorts.control,
      path: "/renew",
      method: "POST",
      agent: false,
    });
    const [response] = (await once(request.end(), "response")) as [http.IncomingMessage];
    response.resume();
    if (response.statusCode !== 204) throw new Error(`/renew answered ${response.statusCode}`);
  }

  /** A request that is not ended yet. */
  request(url: string, { method = "GET", headers = {} }: Asked = {}): http.ClientRequest {
    const all = Object.entries({ host, ...headers }).map(([name, value]) => [
      name,
      typeof value === "string" ? value : [...value],
    ]);
    return http.request({
      ...{ host: this.there, port: pageCachePorts.http, path: url, method, agent: false, timeout: 60_000 },
      headers: Object.fromEntries(all) as http.OutgoingHttpHeaders,
    });
  }

  /** A connection to nginx. */
  connection(): net.Socket {
    return net.connect(pageCachePorts.http, this.there);
  }

  /** Ends nginx and the servers, so that others can be started. */
  async clear(): Promise<void> {
    await this.workbench.clear();
    for (const server of this.servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
    this.nameServers.splice(0).forEach((server) => server.stop());
  }

  async close(): Promise<void> {
    await this.clear();
    await this.workbench.close();
  }
}
