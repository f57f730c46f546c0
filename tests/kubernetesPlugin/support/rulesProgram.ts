import { labEnvironment } from "../../../lab/cluster/environment";
import { SmallProgram } from "../../plugins/support/smallProgram";
import { Cluster } from "../../e2e/support/cluster";
import { labShell } from "../../e2e/support/labShell";

/** The beginning of the tests' programs. Their objects are in one namespace, which the tests create. */
const preamble = `
const kubernetes = require("@pulumi/kubernetes");
const labels = { app: "rules" };
const container = { name: "pause", image: "registry.k8s.io/pause:3.10" };
const workload = (more = {}) => ({
  replicas: 1,
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [{ ...container, ...more }] } },
});
const claimTemplate = (size) => ({
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } } },
});
`;

/** A small program on the lab's cluster, run by the plain CLI and the plugin under test: the official one or the stand-in. */
export class RulesProgram {
  readonly cluster = new Cluster(labEnvironment());

  private constructor(
    readonly namespace: string,
    readonly program: SmallProgram,
  ) {}

  /** Creates an empty program and an empty namespace. */
  static async start(namespace: string): Promise<RulesProgram> {
    const program = await SmallProgram.start("", { environment: labShell() });
    const rules = new RulesProgram(namespace, program);
    await rules.cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found");
    await rules.cluster.kubectl("create", "namespace", namespace);
    return rules;
  }

  /** Destroys the program's objects, and removes the namespace and the program. */
  async stop(): Promise<void> {
    await this.program.destroy();
    this.program.remove();
    await this.cluster.kubectl("delete", "namespace", this.namespace, "--ignore-not-found");
  }

  /** Runs `pulumi up` of a program with these lines. @throws CommandFailed */
  async up(source: string, providerArgs: object = {}) {
    this.change(source, providerArgs);
    return this.program.up();
  }

  /** Writes the program: a provider `provider` with these arguments, followed by these lines. */
  change(source: string, providerArgs: object = {}): void {
    const args = JSON.stringify({ namespace: this.namespace, context: "lab", ...providerArgs });
    const provider = `const provider = new kubernetes.Provider("cluster", ${args});`;
    this.program.change(`${preamble}${provider}\nconst options = { provider };\n${source}`);
  }

  /** Reads an object from the cluster. */
  object<T extends object = { metadata: { uid: string } }>(kind: string, name: string): Promise<T> {
    return this.cluster.json<T>("get", kind, name, "--namespace", this.namespace);
  }

  async uid(kind: string, name: string): Promise<string> {
    return (await this.object<{ metadata: { uid: string } }>(kind, name)).metadata.uid;
  }

  async names(kind: string): Promise<string[]> {
    return this.cluster.names(kind, this.namespace);
  }
}
