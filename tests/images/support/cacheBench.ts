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
import { siteConfig } from "../../support/siteConfig";

const nginx = "docker.io/library/nginx:1.30";
const nginxUser = 101;
const host = "blog.example.com";

/** Answer of the page cache. */
export interface Answer {
  readonly status: number;
  /** Value of the header `X-Cache`. */
  readonly state: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: string;
  /** Seconds from the request to the end of the answer. */
  readonly seconds: number;
}

export interface RequestOptions {
  readonly method?: string;
  /** A header may have several values. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** A page cache pod with the program's own configuration, in front of the test's own servers. */
export class CacheBench {
  readonly workbench = new Workbench();
  private readonly servers: http.Server[] = [];
  private nameServers: NameServer[] = [];
  private here: readonly string[] = [];
  private there = "";
  /** An address on the cache's network that neither accepts nor refuses connections. */
  unusedAddress = "";
  container: Container | undefined;
  /** Folder that stands in for the volume with the pages. */
  pages = "";

  /** @param images to unpack in addition to nginx's */
  async open(...images: string[]): Promise<void> {
    await this.workbench.open(nginx, ...images);
    ({ here: this.here, there: this.there, unused: this.unusedAddress } = await this.workbench.link());
  }

  /** Starts a pod of the site, and returns its address. @param at number of its address, from 0 */
  async site(handler: http.RequestListener, at = 0): Promise<string> {
    const server = http.createServer({ keepAlive: false, maxHeaderSize: 2 ** 16 }, handler);
    server.listen(80, this.here[at]);
    await once(server, "listening");
    this.servers.push(server);
    return this.here[at] ?? "";
  }

  /** Starts a name server that returns these addresses of the site's pods. @param at number of its own address, from 0 */
  async nameServer(names: readonly string[], at = 9): Promise<NameServer> {
    const server = await NameServer.start(this.here[at] ?? "");
    server.names = names;
    this.nameServers.push(server);
    return server;
  }

  /** Starts nginx, and waits until it has found the site's pods. @param before command that the shell runs first */
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
    const { pageCache } = siteConfig;
    const given = { ...siteConfig, uploadLimit, trustedProxies, pageCache: { ...pageCache, seconds } };
    const config = this.workbench.volume();
    for (const [name, text] of Object.entries(pageCacheFiles(given))) {
      fs.writeFileSync(path.join(config, name), text);
    }
    const resolv = path.join(this.workbench.volume(), "resolv.conf");
    const servers = nameServersAt.map((at) => `nameserver ${this.here[at]}\n`).join("");
    fs.writeFileSync(resolv, `${servers}search test.svc.cluster.local svc.cluster.local\n`);
    const [container] = pageCachePodSpec(given, "test").containers;
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
    await this.until("it finds the site", async () => (await this.fetch("/wp-admin/ready")).status !== 502);
  }

  /** Waits until `check` holds, for 30 seconds at most. nginx may not accept connections yet. */
  async until(what: string, check: () => Promise<boolean>): Promise<void> {
    try {
      await until(what, 30, check, { isTransient: isUnreachable, pollMs: 100 });
    } catch (error) {
      throw new Error(`${String(error)}\n${this.container?.output}`, { cause: error });
    }
  }

  /** Sends a request with the site's host name, unless the headers have another one. */
  async fetch(url: string, options: RequestOptions = {}): Promise<Answer> {
    const startedAt = performance.now();
    const request = this.request(url, options);
    request.end(options.body);
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    const bytes = await buffer(response);
    const body = response.headers["content-encoding"] === "gzip" ? gunzipSync(bytes).toString() : bytes.toString();
    return {
      status: response.statusCode ?? 0,
      state: String(response.headers["x-cache"]),
      headers: response.headers,
      body,
      seconds: (performance.now() - startedAt) / 1000,
    };
  }

  /** Invalidates all pages, as a change on the site does. */
  async purge(): Promise<void> {
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

  /** A request whose body has not ended yet. */
  request(url: string, { method = "GET", headers = {} }: RequestOptions = {}): http.ClientRequest {
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

  /** Stops nginx and the servers, so that others can be started. */
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
