import * as fs from "node:fs";
import * as path from "node:path";
import { labPaths } from "../support/paths";
import { certificateFile, keyFile } from "./certificates";
import { folders, ports } from "./layout";

/** Path of the kubeconfig for the client with this certificate. */
export function kubeconfigFile(user: string): string {
  return user === "admin" ? labPaths.kubeconfig : path.join(folders.config, `${user}.kubeconfig`);
}

/** Text of the kubeconfig for the client with this certificate; it includes certificate and key. */
export function kubeconfig(user: string): string {
  const encode = (file: string) => fs.readFileSync(file).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "lab",
        cluster: {
          server: `https://127.0.0.1:${ports.api}`,
          "certificate-authority-data": encode(certificateFile("cluster-ca")),
        },
      },
    ],
    users: [
      {
        name: user,
        user: {
          "client-certificate-data": encode(certificateFile(user)),
          "client-key-data": encode(keyFile(user)),
        },
      },
    ],
    contexts: [{ name: "lab", context: { cluster: "lab", user } }],
    "current-context": "lab",
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
