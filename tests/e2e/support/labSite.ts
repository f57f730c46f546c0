import { labEnvironment } from "../../../lab/cluster/environment";
import { perPodSettings, PulumiProject } from "../../support/pulumiProject";
import { isUnreachable, NotYet } from "../../support/until";
import { Cluster } from "./cluster";
import { labShell } from "./labShell";

/** Namespace, NodePort and settings of a test's site. Each spec has its own, since specs run in parallel. */
export interface SitePlace {
  readonly namespace: string;
  readonly nodePort: number;
  /** Settings in addition to the preset's. @default `content: perPod`, as in the tutorial */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Settings of a site whose pods share their files and are on all of the lab's nodes. */
export const sharedSettings = { contentStorageClass: "shared", contentAccessMode: "ReadWriteMany" };

/** A site on the lab: the program's stack `dev` with its own backend, the plain CLI, and kubectl. */
export class LabSite {
  readonly namespace: string;
  /** URL of the site. */
  readonly address: string;

  private constructor(
    { namespace, nodePort }: SitePlace,
    readonly project: PulumiProject,
    readonly cluster: Cluster,
  ) {
    this.namespace = namespace;
    this.address = `http://127.0.0.1:${nodePort}`;
  }

  /** Initializes a stack. @param place @default the preset's */
  static async start(place: SitePlace = { namespace: "wordpress", nodePort: 30007 }): Promise<LabSite> {
    const { namespace, nodePort, settings = perPodSettings } = place;
    const all = { ...settings, namespace, wordpressNodePort: nodePort };
    const project = new PulumiProject({ stack: "dev", environment: labShell(), settings: all });
    await project.init();
    return new LabSite(place, project, new Cluster(labEnvironment()));
  }

  /** Destroys the stack's resources, if it has any, and removes the stack. */
  async stop(): Promise<void> {
    if ((await this.project.resources()).length > 0) await this.project.destroy("--skip-preview");
    this.project.remove();
  }

  /** Deletes the namespace without waiting for it, and removes the stack. For a spec that does not test destroy. */
  async discard(): Promise<void> {
    await this.cluster.kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--wait=false");
    this.project.remove();
  }

  /**
   * Status of the front page, without following a redirect. Under load, kube-proxy opens a NodePort some seconds after its pods are
   * ready, and the name server returns the site's pods to the page cache as late. Until then the cache answers 502.
   */
  async status(): Promise<number> {
    let status = 0;
    const answers = async () => {
      ({ status } = await fetch(this.address, { redirect: "manual" }));
      if (status === 502) throw new NotYet("502: the page cache finds no pod of the site");
      return true;
    };
    await this.cluster.until("the NodePort answers", 20, answers, isUnreachable);
    return status;
  }

  /** Runs SQL as root. @returns the output without column names */
  async rows(sql: string): Promise<string> {
    const client = `MYSQL_PWD="$MARIADB_ROOT_PASSWORD" exec mariadb -N -uroot wordpress -e "$1"`;
    return this.inPod("mariadb-0", "sh", "-c", client, "sh", sql);
  }

  /** Runs a command in a pod. */
  async inPod(pod: string, ...command: string[]): Promise<string> {
    return this.cluster.kubectl("--namespace", this.namespace, "exec", pod, "--", ...command);
  }

  async claims(): Promise<string[]> {
    return this.cluster.names("persistentvolumeclaims", this.namespace);
  }
}
