import type { ChildProcess } from "node:child_process";
import type * as grpc from "@grpc/grpc-js";
import type { AnalyzerStackConfigureRequest } from "@pulumi/pulumi/proto/analyzer_pb";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { ended, moduleFile, startNode } from "./children";
import { failCall } from "./failCall";
import { PolicyProxy } from "./policyProxy";
import { optionVariables, runtimeOptions } from "./runtimeOptions";

type Call = grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** Runs a plugin that is written for Node: a policy pack, or a provider with a PulumiPlugin.yaml. */
export function runPlugin(call: Call): void {
  const running = call.request.getKind() === "analyzer" ? runPolicyPack(call) : runProvider(call);
  running.then(
    () => call.end(),
    (error: unknown) => failCall(call, error),
  );
}

async function runProvider(call: Call): Promise<void> {
  const { request } = call;
  const folder = pluginFolder(request);
  const child = startPlugin(
    call,
    "@pulumi/pulumi/cmd/run-plugin",
    [folder, ...request.getArgsList()],
    request.getPwd(),
  );
  child.stdout?.on("data", (chunk: Buffer) => call.write(new RunPluginResponse().setStdout(chunk)));
  await success(child);
}

async function runPolicyPack(call: Call): Promise<void> {
  const { request } = call;
  const folder = pluginFolder(request);
  const proxy = new PolicyProxy();
  call.write(new RunPluginResponse().setStdout(Buffer.from(`${await proxy.start()}\n`)));
  const variables = stackVariables(await proxy.configuration);
  const script = "@pulumi/pulumi/cmd/run-policy-pack";
  try {
    const child = startPlugin(call, script, [...request.getArgsList(), folder], folder, variables);
    let printed = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      if (printed.includes("\n")) return void call.write(new RunPluginResponse().setStdout(chunk));
      printed += chunk.toString();
      const port = /^(\d+)\n/.exec(printed)?.[1];
      if (port) proxy.attach(Number(port)).catch((error: Error) => proxy.fail(error));
    });
    await success(child);
  } catch (error) {
    proxy.fail(new Error(`policy pack not started: ${(error as Error).message}`));
    throw error;
  }
}

function startPlugin(
  call: Call,
  script: string,
  args: readonly string[],
  workingFolder: string,
  variables: Readonly<Record<string, string>> = {},
): ChildProcess {
  const { request } = call;
  if (request.getAttachDebugger())
    throw new Error("--attach-debugger is not supported by the stand-in: see lab/plugins/README.md");
  const folder = pluginFolder(request);
  const options = runtimeOptions(request.getInfo());
  const file = moduleFile(script, folder, `npm install in ${folder}`);
  const child = startNode({
    args: [...options.nodeArguments, file, ...args],
    folder: workingFolder,
    env: { ...variablesOf(request.getEnvList()), ...optionVariables(options), ...variables },
  });
  child.stderr?.on("data", (chunk: Buffer) => call.write(new RunPluginResponse().setStderr(chunk)));
  // The engine ends a plugin by canceling the request.
  call.on("cancelled", () => child.kill());
  return child;
}

async function success(child: ChildProcess): Promise<void> {
  const code = await ended(child);
  if (code !== 0 && code !== "SIGTERM") throw new Error(`Program exited with non-zero exit code: ${code}`);
}

function pluginFolder(request: RunPluginRequest): string {
  return request.getInfo()?.getProgramDirectory() ?? request.getProgram();
}

function variablesOf(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    list.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

/** The environment variables that tell a policy pack about the stack. */
function stackVariables(configuration: AnalyzerStackConfigureRequest | undefined): Record<string, string> {
  if (!configuration) return {};
  const config: Record<string, string> = {};
  configuration.getConfigMap().forEach((value, key) => (config[key] = value));
  const variables = {
    PULUMI_NODEJS_ORGANIZATION: configuration.getOrganization(),
    PULUMI_NODEJS_PROJECT: configuration.getProject(),
    PULUMI_NODEJS_STACK: configuration.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(configuration.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(config),
  };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
}
