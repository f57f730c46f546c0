import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type * as grpc from "@grpc/grpc-js";
import {
  type InstallDependenciesRequest,
  InstallDependenciesResponse,
  type ProgramInfo,
} from "@pulumi/pulumi/proto/language_pb";
import { failCall } from "./failCall";
import { type PackageManager, runtimeOptions } from "./runtimeOptions";

const lockFiles: readonly (readonly [string, PackageManager])[] = [
  ["yarn.lock", "yarn"],
  ["pnpm-lock.yaml", "pnpm"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

/** A program's package manager: from its project file, else from its lock file, else npm. */
export function chosenPackageManager(info: ProgramInfo | undefined): PackageManager {
  const folder = info?.getProgramDirectory() ?? process.cwd();
  const byLockFile = lockFiles.find(([file]) => fs.existsSync(path.join(folder, file)))?.[1];
  return runtimeOptions(info).packageManager ?? byLockFile ?? "npm";
}

/** Installs a program's packages and passes on the output. */
export function installDependencies(
  call: grpc.ServerWritableStream<InstallDependenciesRequest, InstallDependenciesResponse>,
): void {
  const say = (text: string) => call.write(new InstallDependenciesResponse().setStdout(Buffer.from(text)));
  const info = call.request.getInfo();
  const manager = chosenPackageManager(info);
  say("Installing dependencies...\n\n");
  const child = spawn(manager, ["install"], { cwd: info?.getProgramDirectory(), stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk: Buffer) => call.write(new InstallDependenciesResponse().setStdout(chunk)));
  child.stderr.on("data", (chunk: Buffer) => call.write(new InstallDependenciesResponse().setStderr(chunk)));
  let begun = true;
  child.on("error", (error) => {
    begun = false;
    failCall(call, new Error(`${manager} could not be started: ${error.message}`));
  });
  child.on("close", (code) => {
    if (!begun) return;
    if (code !== 0) return failCall(call, new Error(`${manager} install exited with ${code}`));
    say("Finished installing dependencies\n\n");
    call.end();
  });
}
