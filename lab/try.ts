import { labDown } from "./cluster/removal";
import { main, UserError } from "./support/progress";
import { useSystemPrograms } from "./support/systemPath";
import { chooseCluster, type ClusterKind, describeChoice, readFacts } from "./trial/choice";
import { deployTrial } from "./trial/deployment";
import { trialExports } from "./trial/exports";
import { removeKindTrial, startKindTrial } from "./trial/kindTrial";
import { startLabTrial } from "./trial/labTrial";
import { closingWords } from "./trial/words";

const usage = `Deploys the program's dev stack to a throwaway cluster on this machine.

  npm run try             kind where Docker and kind answer, the lab elsewhere; again after a change of the program
  npm run try -- kind     a cluster of three nodes in Docker, by kind
  npm run try -- lab      the lab of this repository (lab/README.md)
  npm run try -- env      print variables for your shell: eval "$(npm run --silent try -- env)"
  npm run try -- down     delete the site and the cluster
`;

async function tryProgram(command: string): Promise<void> {
  switch (command) {
    case "":
      return deploy();
    case "kind":
    case "lab":
      return deploy(command);
    case "env":
      process.stdout.write(trialExports());
      return;
    case "down":
      return down();
    default:
      throw new UserError(`"${command}" is not a command of \`npm run try\`.\n\n${usage}`);
  }
}

async function deploy(wanted?: ClusterKind): Promise<void> {
  const choice = wanted === undefined ? chooseCluster(await readFacts()) : undefined;
  if (choice !== undefined) process.stdout.write(describeChoice(choice));
  const cluster = await (choice?.cluster === "kind" || wanted === "kind" ? startKindTrial() : startLabTrial());
  process.stdout.write(closingWords(cluster.folder, await deployTrial(cluster)));
}

async function down(): Promise<void> {
  const wasLab = process.platform === "linux" && (await labDown());
  const wasKind = await removeKindTrial();
  if (!wasLab && !wasKind) process.stdout.write("There is no trial on this machine.\n");
}

useSystemPrograms();
main(() => tryProgram(process.argv.slice(2).join(" ")));
