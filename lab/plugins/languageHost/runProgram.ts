import { type RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { ended, moduleFile, startNode } from "./children";
import { optionVariables, runtimeOptions } from "./runtimeOptions";

/** The SDK's exit code for an error that it has already reported to the user. */
const alreadyReported = 32;

/** V8's output when it runs out of memory. */
const outOfMemory = /<--- Last few GCs --->|Check failed: needs_context && current_scope_ == closure_scope_/;

const outOfMemoryAdvice =
  "Detected a possible out of memory error. Consider increasing the memory available to the nodejs process by " +
  "setting the `nodeargs` runtime option in Pulumi.yaml to `nodeargs: --max-old-space-size=<size>` where `<size>` is " +
  "the maximum memory in megabytes that can be allocated to nodejs.";

/** Runs a program to its end. The response contains its error. */
export async function runProgram(request: RunRequest, engineAddress: string | undefined): Promise<RunResponse> {
  const response = new RunResponse();
  const info = request.getInfo();
  if (info === undefined) return response.setError("the CLI did not name the program to run");
  if (engineAddress === undefined) return response.setError("the CLI did not name its engine's address");
  if (request.getAttachDebugger()) {
    return response.setError("--attach-debugger is not supported by the stand-in: see lab/plugins/README.md");
  }
  try {
    const folder = info.getProgramDirectory();
    const options = runtimeOptions(info);
    const script = moduleFile("@pulumi/pulumi/cmd/run", folder, "pulumi install");
    const child = startNode({
      args: [...options.nodeArguments, script, ...programArguments(request, engineAddress)],
      folder: process.cwd(),
      env: { ...process.env, ...configVariables(request), ...optionVariables(options) },
    });
    let memory = false;
    child.stdout?.pipe(process.stdout, { end: false });
    child.stderr?.pipe(process.stderr, { end: false });
    child.stderr?.on("data", (chunk: Buffer) => (memory ||= outOfMemory.test(chunk.toString())));
    const code = await ended(child);
    if (code === alreadyReported) return response.setBail(true);
    if (code === 0) return response;
    const advice = memory ? `. ${outOfMemoryAdvice}` : "";
    return response.setError(`Program exited with non-zero exit code: ${code}${advice}`);
  } catch (error) {
    return response.setError(error instanceof Error ? error.message : String(error));
  }
}

function programArguments(request: RunRequest, engineAddress: string): string[] {
  const options = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": request.getInfo()?.getRootDirectory(),
    stack: request.getStack(),
    pwd: request.getInfo()?.getProgramDirectory(),
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(options).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

function configVariables(request: RunRequest): Record<string, string> {
  const entries: [string, string][] = [];
  request.getConfigMap().forEach((value, key) => entries.push([key, value]));
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(entries)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}
