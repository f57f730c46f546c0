import { installHelm } from "./cluster/commands";
import { readPlugins, shellExports } from "./cluster/environment";
import { ensureImageStore } from "./cluster/imageStore";
import { labNodes, type LabNode } from "./cluster/layout";
import { withLock } from "./cluster/lock";
import { startNode, stopNode } from "./cluster/node";
import { isLabHere, labDown, needsRoot } from "./cluster/removal";
import { readStatus } from "./cluster/status";
import { labUp } from "./cluster/up";
import { ensureHelm } from "./helm/build";
import { ensureKubernetes } from "./kubernetes/build";
import { main, UserError, step } from "./support/progress";
import { useSystemPrograms } from "./support/systemPath";

const names = labNodes.map(({ name }) => name);

const usage = `The lab: a throwaway Kubernetes cluster with three nodes (${names.join(", ")}) on this machine.

  npm run lab -- up               build missing parts, then start or repair the lab
  npm run lab -- status           show processes, nodes and storage classes; exits with 1 unless all are healthy
  npm run lab -- env              print variables for this shell: eval "$(npm run --silent lab -- env)"
  npm run lab -- helm             build Helm, which the stand-in plugins need to install charts
  npm run lab -- node stop NODE   stop a node abruptly, as a power cut would
  npm run lab -- node start NODE  start it again
  npm run lab -- down             remove the lab; the build cache stays

Documentation: lab/README.md
`;

const afterUp = `
The lab is running. To use pulumi and kubectl with it in this shell:

  eval "$(npm run --silent lab -- env)"
`;

async function lab(args: readonly string[]): Promise<void> {
  switch (args.join(" ")) {
    case "":
      process.stdout.write(usage);
      return;
    case "up":
      await labUp();
      process.stdout.write(
        `\nPulumi's plugins: ${readPlugins()
          .map(({ name, kind }) => `${name} (${kind})`)
          .join(", ")}.\n`,
      );
      process.stdout.write(afterUp);
      return;
    case "down":
      return down();
    case "status":
      return status();
    case "env":
      process.stdout.write(shellExports());
      return;
    case "helm":
      needsLab();
      await withLock(async () => installHelm(await ensureHelm()));
      return;
  }
  const [command, verb, name] = args;
  const node = labNodes.find((candidate) => candidate.name === name);
  if (command !== "node" || args.length !== 3 || node === undefined) {
    throw new UserError(`unknown lab command "${args.join(" ")}"\n\n${usage}`);
  }
  if (verb === "stop") return nodeStop(node);
  if (verb === "start") return nodeStart(node);
  throw new UserError(`unknown lab command "node ${verb}": use "node stop ${name}" or "node start ${name}"`);
}

async function down(): Promise<void> {
  if (!(await labDown())) process.stdout.write("There is no lab on this machine.\n");
}

async function status(): Promise<void> {
  needsRoot("status");
  const { text, isWell } = await readStatus();
  process.stdout.write(text);
  if (!isWell) process.exitCode = 1;
}

async function nodeStop(node: LabNode): Promise<void> {
  needsLab();
  await withLock(() => step(`stopping ${node.name}`, () => stopNode(node)));
}

async function nodeStart(node: LabNode): Promise<void> {
  needsLab();
  await withLock(async () => {
    const parts = { kubernetes: await ensureKubernetes(), imageStore: await ensureImageStore() };
    await step(`starting ${node.name}`, () => startNode(node, parts));
  });
}

function needsLab(): void {
  needsRoot("…");
  if (!isLabHere()) throw new UserError("There is no lab on this machine. Start one: npm run lab -- up");
}

useSystemPrograms();
main(() => lab(process.argv.slice(2)));
