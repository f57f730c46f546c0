import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { foreignVariables, labEnvironment } from "./cluster/environment";
import { labUp } from "./cluster/up";
import { copyProgram } from "./programCopy";
import { labPaths, projectRoot } from "./support/paths";
import { run } from "./support/processes";
import { main, UserError } from "./support/progress";
import { useSystemPrograms } from "./support/systemPath";

const stack = "dev";
const labSettings = ["contentStorageClass=shared", "contentAccessMode=ReadWriteMany"];

/** Brings up the lab and, on it, the program's dev stack. It can be repeated. */
async function tryProgram(): Promise<void> {
  await labUp();
  const isFirst = !fs.existsSync(path.join(labPaths.trial, `Pulumi.${stack}.yaml`));
  copyProgram(projectRoot, labPaths.trial, stack);
  await pulumi("stack", "select", "--create", stack);
  // The preset is for any cluster. The lab has a class for many nodes, and what somebody sets later stays.
  if (isFirst)
    await pulumi("config", "set-all", "--path", ...labSettings.flatMap((setting) => ["--plaintext", setting]));
  await pulumi("up", "--yes");
  const outputs = await run("pulumi", ["stack", "output", "--json"], { cwd: labPaths.trial, env: environment() });
  process.stdout.write(whatNext(JSON.parse(outputs) as Outputs));
}

/** Runs plain `pulumi` in the copy, on this terminal. @throws UserError when it fails: it has said why by then */
async function pulumi(...args: string[]): Promise<void> {
  const env = { ...process.env, ...environment() };
  const child = spawn("pulumi", args, { cwd: labPaths.trial, env, stdio: "inherit" });
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new UserError(`\`pulumi ${args.join(" ")}\` did not end well.\n${whatToDo}`);
}

function environment(): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(foreignVariables.map((name) => [name, undefined])), ...labEnvironment() };
}

const enter = `  eval "$(npm run --silent lab -- env)" && cd ${labPaths.trial}`;

const whatToDo = `
To look at it and try again, in this folder:

${enter}
  kubectl get pods,events --all-namespaces
  pulumi up

"npm run try" does the same again; "npm run lab -- down" removes everything, for a start from nothing.
`;

interface Outputs {
  readonly url: string;
  /** Not with content per pod. */
  readonly adminUser?: string;
}

function whatNext({ url, adminUser }: Outputs): string {
  const login = `\n  pulumi stack output adminPassword --show-secrets       # for ${adminUser}, at ${url}/wp-login.php`;
  return `
The site answers on ${url}. From this folder:

${enter}
${adminUser === undefined ? "" : login}
  pulumi config set wordpressReplicas 3 && pulumi up     # scale
  kubectl --namespace wordpress get pods --output wide   # look
  pulumi destroy                                         # remove the site

"npm run try" again brings your changes of the program up. "npm run lab -- down", in this folder, removes
the site, the cluster and everything else of the lab but what was built.
`;
}

useSystemPrograms();
main(tryProgram);
