import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import * as typescript from "typescript";
import { kubectlCall } from "./kubectlCall";
import type { SmallCluster } from "./smallCluster";

/** Answers every kubectl that is started from a folder of its own, out of a small cluster in this process. */
export class KubectlServer {
  private readonly server: http.Server;

  constructor(cluster: SmallCluster) {
    this.server = http.createServer((request, response) => {
      const answered = async () => {
        const { args, input } = JSON.parse(await text(request)) as { args: string[]; input: string };
        return cluster.answer(kubectlCall(args, input));
      };
      answered().then(
        (output) => response.end(output),
        (error: unknown) => {
          response.statusCode = 400;
          response.end(`error: ${error instanceof Error ? error.message : String(error)}\n`);
        },
      );
    });
  }

  /** Puts `kubectl` into the folder. @returns the variables that it needs */
  async start(folder: string): Promise<Record<string, string>> {
    const source = fs.readFileSync(path.join(__dirname, "kubectlShim.ts"), "utf8");
    // Run by plain Node: a call then takes 50 ms, and there are about ten to each `up`.
    const { outputText } = typescript.transpileModule(source, {
      compilerOptions: { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 },
    });
    fs.writeFileSync(path.join(folder, "kubectl"), `#!/usr/bin/env node\n${outputText}`, { mode: 0o755 });
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return { SMALL_CLUSTER_PORT: String((this.server.address() as AddressInfo).port) };
  }

  stop(): void {
    this.server.close();
  }
}
