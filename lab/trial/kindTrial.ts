import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { unsetForeignVariables } from "../cluster/environment";
import { CommandFailed, lastLines, run } from "../support/processes";
import { step, UserError } from "../support/progress";
import type { TrialCluster } from "./deployment";
import { askProgram, type ProgramName } from "./programs";

// Written from the documentation of kind, Docker and Pulumi. Tests run it with recording programs in their place
// (tests/lab/trial.spec.ts); it has not run on a real kind cluster yet.

/** Name of the cluster in kind. Its context is `kind-wordpress-try`. */
const clusterName = "wordpress-try";

/** Milliseconds for kind to create the cluster: its node image is about 1 GB. */
const createTimeoutMs = 20 * 60_000;

/** The NodePort of the site. */
const nodePort = 30007;

/** Where a trial on kind keeps things. */
export interface KindPlace {
  /** The kubeconfig, the stack's state and passphrase, and the program's copy. */
  readonly folder: string;
  /** Port of 127.0.0.1 at which the site answers. */
  readonly port: number;
}

/** In the home folder: a folder for temporary files would lose the stack's state at a reboot, which the cluster survives. */
const kindPlace: KindPlace = { folder: path.join(os.homedir(), ".wordpress-try"), port: nodePort };

/** Files of a place. */
function filesOf({ folder }: KindPlace) {
  return {
    /** Of its own, so that your current context stays. */
    kubeconfig: path.join(folder, "kubeconfig"),
    /** Written once the cluster is there. */
    passphrase: path.join(folder, "passphrase"),
    program: path.join(folder, "program"),
    state: path.join(folder, "state"),
  };
}

/** Whether a trial on kind is on this machine. */
export function isKindTrialHere(place = kindPlace): boolean {
  return fs.existsSync(filesOf(place).passphrase);
}

/** Variables with which plain pulumi and kubectl work on the kind cluster. Pulumi's plugins are those of your own PULUMI_HOME. */
export function kindVariables(place = kindPlace): Record<string, string> {
  const { kubeconfig, passphrase, state } = filesOf(place);
  return {
    KUBECONFIG: kubeconfig,
    // Without metadata there is no .attrs file, which a killed `pulumi up` once left empty and unreadable.
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/**
 * Creates a kind cluster with three nodes, or reuses the one that is there. The preset then needs one more setting: its storage
 * class is kind's default, `standard`, which is ReadWriteOnce as the preset has it.
 * @throws UserError that names everything that is missing, before anything is created
 */
export async function startKindTrial(place = kindPlace): Promise<TrialCluster> {
  await checkPrograms();
  if (await hasCluster()) await reuseCluster(place);
  else await createCluster(place);
  return {
    folder: filesOf(place).program,
    env: { ...unsetForeignVariables, ...kindVariables(place) },
    // The nodes' own addresses are inside of Docker. The site refuses a host name that it does not know.
    settings: [`siteUrl=http://127.0.0.1:${place.port}`],
  };
}

/** Deletes the cluster and the folder. @returns whether there was something to delete */
export async function removeKindTrial(place = kindPlace): Promise<boolean> {
  const isHere = fs.existsSync(place.folder);
  const missing = await missingPrograms(["docker", "kind"]);
  if (missing.length > 0) {
    if (isHere) throw new UserError(list(`The kind cluster "${clusterName}" cannot be deleted:`, missing));
    return false;
  }
  const isThere = await hasCluster();
  if (isThere) {
    await step(`deleting the kind cluster "${clusterName}"`, () =>
      run("kind", ["delete", "cluster", "--name", clusterName, "--kubeconfig", filesOf(place).kubeconfig]),
    );
  }
  fs.rmSync(place.folder, { recursive: true, force: true });
  return isHere || isThere;
}

async function checkPrograms(): Promise<void> {
  const missing = await missingPrograms(["docker", "kind", "kubectl", "pulumi"]);
  if (missing.length === 0) return;
  const lab =
    process.platform === "linux" ? '\n\n"npm run try -- lab" needs none of them: it builds its own cluster.' : "";
  throw new UserError(`${list("A trial on kind is not possible yet:", missing)}${lab}`);
}

/** Programs that do not answer, each with its remedy. */
async function missingPrograms(names: readonly ProgramName[]): Promise<string[]> {
  const answers = await Promise.all(names.map((name) => askProgram(name)));
  return answers.flatMap((answer) => (answer.isThere ? [] : `${answer.problem}: ${answer.remedy}`));
}

function list(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  - ${line}`)].join("\n");
}

async function hasCluster(): Promise<boolean> {
  return (await run("kind", ["get", "clusters"])).split(/\s+/).includes(clusterName);
}

async function createCluster(place: KindPlace): Promise<void> {
  if (!(await isFree(place.port))) throw new UserError(portTaken(place.port));
  const { kubeconfig, passphrase, state } = filesOf(place);
  // The state of a stack on a cluster that is deleted.
  fs.rmSync(place.folder, { recursive: true, force: true });
  fs.mkdirSync(state, { recursive: true });
  const args = [
    "create",
    "cluster",
    "--name",
    clusterName,
    "--config",
    "-",
    "--kubeconfig",
    kubeconfig,
    "--wait",
    "5m",
  ];
  await step(`creating the kind cluster "${clusterName}" with three nodes`, () =>
    run("kind", args, { input: clusterConfig(place.port), timeoutMs: createTimeoutMs }),
  ).catch((error: unknown) => {
    throw error instanceof CommandFailed ? new UserError(notCreated(error.output, place.port)) : error;
  });
  fs.writeFileSync(passphrase, `${randomBytes(16).toString("hex")}\n`, { mode: 0o600 });
}

/** kind's description of the cluster. Node ports answer on all nodes; the control plane's is published. */
export function clusterConfig(port: number): string {
  return `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
    extraPortMappings:
      - containerPort: ${nodePort}
        hostPort: ${port}
        listenAddress: 127.0.0.1
  - role: worker
  - role: worker
`;
}

function notCreated(output: string, port: number): string {
  const reason = `kind could not create the cluster "${clusterName}":\n${lastLines(output, 20)}`;
  if (/port is already allocated|address already in use|ports are not available/i.test(output)) {
    return `${reason}\n\n${portTaken(port)}`;
  }
  const page = "https://kind.sigs.k8s.io/docs/user/known-issues/";
  return `${reason}\n\nCauses that are known, with their remedies: ${page}\nThen try again: npm run try -- kind`;
}

function portTaken(port: number): string {
  const finder =
    process.platform === "win32" ? `netstat -ano | findstr :${port}` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
  return (
    `Port ${port} of 127.0.0.1 is taken, and the site needs it. ` +
    `Find the process that listens there, end it, and try again:\n\n  ${finder}`
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Starts the cluster's containers, which a restart of Docker stops, and waits for the nodes. */
async function reuseCluster(place: KindPlace): Promise<void> {
  const { kubeconfig } = filesOf(place);
  const again = "  npm run try -- down && npm run try -- kind";
  if (!isKindTrialHere(place)) {
    throw new UserError(
      `kind has a cluster "${clusterName}" whose state is not in ${place.folder}: its creation was interrupted, or that ` +
        `folder was deleted. Delete the cluster with its site, and begin again:\n\n${again}`,
    );
  }
  await step(`starting the kind cluster "${clusterName}", which is there already`, async () => {
    const nodes = (await run("kind", ["get", "nodes", "--name", clusterName])).split(/\s+/).filter(Boolean);
    await run("docker", ["start", ...nodes]);
    await run("kind", ["export", "kubeconfig", "--name", clusterName, "--kubeconfig", kubeconfig]);
    await run("kubectl", [
      ...["--kubeconfig", kubeconfig, "wait", "nodes", "--all"],
      ...["--for", "condition=Ready", "--timeout", "3m"],
    ]);
  }).catch((error: unknown) => {
    if (!(error instanceof CommandFailed)) throw error;
    throw new UserError(
      `The kind cluster "${clusterName}" does not start: ${error.message}\n\n` +
        `Try again: npm run try -- kind. Or delete the cluster with its site, and begin again:\n\n${again}`,
    );
  });
}
