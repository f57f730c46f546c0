import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse, parseAllDocuments } from "yaml";
import type { PlainObject } from "../support/propertyValues";
import type { KubernetesObject } from "./objects";

/** A Helm command failed. The message is only its reason. */
export class HelmFailed extends Error {}

/** A release as the cluster has it. */
export interface LiveRelease {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  /** Helm's status, such as `deployed`, `failed`, `pending-install`. */
  readonly status: string;
  readonly chart: string;
  /** The chart's version. */
  readonly version: string;
  readonly appVersion: string;
}

/** The source of a chart. */
export interface ChartSource {
  readonly chart: string;
  /** URL of the repository; without one, the chart is a path, an `oci://` URL or `repository/name`. */
  readonly repo: string | undefined;
  /** An exact version or a range. @default the latest */
  readonly version: string | undefined;
}

export interface HelmRun {
  /** Text for standard input: values are never on the command line. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Runs the `helm` command on one cluster. */
export class Helm {
  constructor(private readonly config: KubeConfig | undefined) {}

  /** Loads a chart and returns its version. @throws HelmFailed */
  async chartVersion(source: ChartSource): Promise<string> {
    const { version } = parse(await this.run(["show", "chart", ...chartArguments(source)])) as { version: string };
    return version;
  }

  /** @returns undefined if the release does not exist */
  async release(namespace: string, name: string): Promise<LiveRelease | undefined> {
    try {
      return JSON.parse(await this.get("metadata", namespace, name, "--output=json")) as LiveRelease;
    } catch (error) {
      if (error instanceof HelmFailed && error.message.includes("release: not found")) return undefined;
      throw error;
    }
  }

  /** The values of a release. */
  async values(namespace: string, name: string): Promise<PlainObject> {
    const values = JSON.parse(await this.get("values", namespace, name, "--output=json")) as PlainObject | null;
    return values ?? {};
  }

  /** The objects of a release: names by kind and version, in the official provider's format. */
  async resourceNames(namespace: string, name: string): Promise<Record<string, string[]>> {
    const names: Record<string, string[]> = {};
    for (const document of parseAllDocuments(await this.get("manifest", namespace, name))) {
      const object = document.toJS() as KubernetesObject | null;
      if (object === null) continue;
      const { apiVersion, kind, metadata } = object;
      const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
      const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
      (names[`${kind}${group}/${apiVersion}`] ??= []).push(place + metadata.name);
    }
    return names;
  }

  private get(what: string, namespace: string, name: string, ...options: string[]): Promise<string> {
    return this.run(["get", what, name, "--namespace", namespace, ...options]);
  }

  /** Runs Helm to its end and returns what it printed. It does not outlive this process. @throws HelmFailed */
  async run(args: readonly string[], { input, signal }: HelmRun = {}): Promise<string> {
    if (!isOnPath("helm")) {
      throw new HelmFailed(
        "the stand-in needs `helm` to install charts, and it is not on PATH; build it: npm run lab -- helm",
      );
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-helm-"));
    try {
      return await this.runIn(folder, args, input, signal);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  private async runIn(folder: string, args: readonly string[], input?: string, signal?: AbortSignal): Promise<string> {
    const kubeconfig = path.join(folder, "kubeconfig");
    if (this.config) fs.writeFileSync(kubeconfig, this.config.exportConfig(), { mode: 0o600 });
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "helm", ...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: "pipe",
    });
    // When interrupted, Helm marks the release as failed.
    const interrupt = () => void child.kill("SIGINT");
    signal?.addEventListener("abort", interrupt);
    const printed = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const code = await new Promise<number | string>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exit, by) => resolve(exit ?? by ?? ""));
    });
    signal?.removeEventListener("abort", interrupt);
    if (code === 0) return printed.stdout;
    throw new HelmFailed(reasonIn(printed.stderr) || `helm ${args[0]} exited with ${code}`);
  }
}

/** Helm's arguments for a chart. */
export function chartArguments({ chart, repo, version }: ChartSource): string[] {
  return [
    chart,
    ...(repo === undefined ? [] : ["--repo", repo]),
    ...(version === undefined ? [] : ["--version", version]),
  ];
}

/** Helm's reason, without the command's prefix. */
function reasonIn(stderr: string): string {
  const [, reason = stderr] = /^Error: (?:(?:INSTALLATION|UPGRADE) FAILED: )?([^]*)/m.exec(stderr) ?? [];
  return reason.trim();
}

function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => fs.existsSync(path.join(folder, program)));
}
