import * as fs from "node:fs";
import { isFailedCommand } from "../../support/until";
import type { LabSite } from "./labSite";

const kinds =
  "pods,deployments,replicasets,statefulsets,jobs,cronjobs,configmaps,services,persistentvolumeclaims,events";

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** Searches the values of a site's Secrets where they must not be: in plain text, and in base64. */
export class SecretSearch {
  /** Every value that was in a Secret so far, by Secret, key and value. */
  private readonly values = new Map<string, string>();

  /** @param commandLines those that are searched. @default of the processes that run at that moment, in the lab's containers too */
  constructor(
    private readonly site: LabSite,
    private readonly commandLines: () => Promise<string[]> = runningCommandLines,
  ) {}

  /** Takes the values that the Secrets have now along. @returns how many are looked for */
  async gather(): Promise<number> {
    const { cluster, namespace } = this.site;
    const { items } = await cluster.json<{ items: Secret[] }>("get", "secrets", "--namespace", namespace);
    for (const { metadata, data = {} } of items) {
      for (const [key, encoded] of Object.entries(data)) {
        // Whom the password is for is no secret.
        if (key === "username") continue;
        this.values.set(`${metadata.name}/${key}: ${encoded}`, Buffer.from(encoded, "base64").toString());
      }
    }
    return this.values.size;
  }

  /** Each place, with all its text. */
  async places(): Promise<Record<string, string>> {
    const { project } = this.site;
    return {
      "a command line": (await this.commandLines()).join("\n"),
      ...(await this.inCluster()),
      "what pulumi printed": project.transcript,
      "the state": await project.pulumi("stack", "export"),
    };
  }

  /** The places that the cluster shows. A pod of the CronJob that starts or ends meanwhile has no log: all is read again then. */
  private async inCluster(): Promise<Record<string, string>> {
    const { cluster, namespace } = this.site;
    const kubectl = (...args: string[]) => cluster.kubectl("--namespace", namespace, ...args);
    let shown: Record<string, string> = {};
    const isRead = async () => {
      const pods = await cluster.names("pods", namespace);
      const logs = await Promise.all(pods.map((pod) => kubectl("logs", pod, "--all-containers")));
      shown = {
        "the logs": logs.join(""),
        "an object": await kubectl("get", kinds, "--output=yaml"),
        "kubectl describe": await kubectl("describe", `${kinds},secrets`),
      };
      return true;
    };
    await cluster.until("logs and objects of the namespace can be read", 60, isRead, isFailedCommand);
    return shown;
  }

  /** Where which Secret's value is, by name: of what a Secret has now and had at each `gather`. */
  async found(places: Readonly<Record<string, string>>): Promise<string[]> {
    await this.gather();
    return Object.entries(places).flatMap(([place, text]) =>
      [...this.values]
        .filter(([, value]) => text.includes(value) || text.includes(Buffer.from(value).toString("base64")))
        .map(([name]) => `${name.split(":")[0]} is in ${place}`),
    );
  }
}

function runningCommandLines(): Promise<string[]> {
  const ids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const lines = ids.flatMap((id) => {
    try {
      return fs.readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      // It has ended since.
      return [];
    }
  });
  return Promise.resolve(lines);
}
