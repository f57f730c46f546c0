import * as fs from "node:fs";
import { labPaths } from "../../../lab/support/paths";

/** What a kubeconfig has in place of the lab's own. */
export interface KubeconfigChange {
  /** Where the API server is, e.g. `https://127.0.0.1:6443`. */
  readonly server?: string;
  /** Of the user, who then has nothing else. */
  readonly token?: string;
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly name: string; readonly cluster: object }];
  readonly users: readonly [{ readonly name: string; readonly user: object }];
}

/** Writes the kubeconfig of the lab's cluster, but for what is given. */
export function writeKubeconfig(file: string, { server, token }: KubeconfigChange): void {
  const lab = JSON.parse(fs.readFileSync(labPaths.kubeconfig, "utf8")) as Kubeconfig;
  const { clusters, users } = lab;
  const cluster = { ...clusters[0].cluster, ...(server === undefined ? {} : { server }) };
  const user = token === undefined ? users[0].user : { token };
  const changed = { ...lab, clusters: [{ ...clusters[0], cluster }], users: [{ ...users[0], user }] };
  fs.writeFileSync(file, JSON.stringify(changed), { mode: 0o600 });
}
