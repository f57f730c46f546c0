import { labEnvironment } from "../../../lab/cluster/environment";
import { perPodSettings, PulumiProject } from "../../support/pulumiProject";
import { isUnreachable, NotYet } from "../../support/until";
import { Cluster } from "./cluster";
import { labShell } from "./labShell";

/** Where a test's site is, and what else its stack says. Each spec has a place of its own, since they run side by side. */
export interface SitePlace {
  readonly namespace: string;
  readonly nodePort: number;
  /** Settings besides the preset's. @default `content: perPod`, as in the tutorial */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Settings of a site whose pods share their files and are on all of the lab's nodes. */
export const sharedSettings = { contentStorageClass: "shared", contentAccessMode: "ReadWriteMany" };

/** This repository's program on the lab: its stack `dev` with a backend of its own, the plain CLI, and kubectl to look. */
export class LabSite {
  readonly namespace: string;
  /** Where the site answers. */
  readonly address: string;

  private constructor(
    { namespace, nodePort }: SitePlace,
    readonly project: PulumiProject,
    readonly cluster: Cluster,
  ) {
    this.namespace = namespace;
    this.address = `http://127.0.0.1:${nodePort}`;
  }

  /** A stack of which nothing exists yet. @default at its preset's place */
  static async start(place: SitePlace = { namespace: "wordpress", nodePort: 30007 }): Promise<LabSite> {
    const { namespace, nodePort, settings = perPodSettings } = place;
    const all = { ...settings, namespace, wordpressNodePort: nodePort };
    const project = new PulumiProject({ stack: "dev", environment: labShell(), settings: all });
    await project.init();
    return new LabSite(place, project, new Cluster(labEnvironment()));
  }

  /** Destroys what there is of the stack and forgets it. */
  async stop(): Promise<void> {
    if ((await this.project.resources()).length > 0) await this.project.destroy("--skip-preview");
    this.project.remove();
  }

  /** Deletes the namespace with all in it, without waiting for it, and forgets the stack: for a spec whose matter is not destroy. */
  async discard(): Promise<void> {
    await this.cluster.kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--wait=false");
    this.project.remove();
  }

  /**
   * Status of the front page, without following a redirect. Under load kube-proxy opens a NodePort some seconds after the pods
   * behind it are ready, and so late the name server tells the page cache of the site's pods: until then it answers 502.
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

  /** What SQL prints when root runs it, without headings. */
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
