import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { labEnvironment } from "../../../lab/cluster/environment";
import { run } from "../../../lab/support/processes";

/** A chart repository on this machine. */
export class ChartRepository {
  private constructor(
    private readonly folder: string,
    private readonly server: http.Server,
    readonly address: string,
  ) {}

  /** Packs charts, each under the given versions, and serves them. */
  static async start(charts: Readonly<Record<string, readonly string[]>>): Promise<ChartRepository> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "charts-"));
    const helm = (...args: string[]) => run("helm", args, { env: labEnvironment() });
    for (const [chart, versions] of Object.entries(charts)) {
      for (const version of versions) await helm("package", chart, "--version", version, "--destination", folder);
    }
    await helm("repo", "index", folder);
    const server = http.createServer(({ url = "/" }, response) => {
      const file = path.join(folder, path.basename(new URL(url, "http://charts").pathname));
      const isThere = fs.existsSync(file) && fs.statSync(file).isFile();
      response.writeHead(isThere ? 200 : 404).end(isThere ? fs.readFileSync(file) : "");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new ChartRepository(folder, server, `http://127.0.0.1:${port}`);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
