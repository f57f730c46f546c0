import * as fs from "node:fs";
import * as path from "node:path";
import { isUnreachable } from "../../support/until";
import type { Cluster } from "./cluster";
import type { Visitor } from "./http";

const folder = path.resolve(__dirname, "../fixtures/tutorial");

/** Node port of the tutorial's own site. */
export const tutorialNodePort = 30017;

/** Administrator of the sites that tests install by hand. */
export const owner = { user: "admin", password: "correct-horse-battery" } as const;

export const tutorialNamespace = "chapter";

/** The manifests' storage class, and its replacement here: another spec may install OpenEBS's class at the same time. */
const [theirClass, storageClass] = ["openebs-replicated", "chapter-replicated"];

/** Applies the manifests of the tutorial *Just add another pod* without its second step, the Secret with the salts. */
export async function applyTutorial(cluster: Cluster): Promise<void> {
  await cluster.kubectl("create", "namespace", tutorialNamespace);
  const standard = await cluster.json<{ provisioner: string; parameters?: object }>("get", "storageclass", "standard");
  await cluster.apply(
    JSON.stringify({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: storageClass },
      provisioner: standard.provisioner,
      parameters: standard.parameters,
    }),
  );
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(".yml") && file !== "wordpress.secrets.yml");
  for (const file of files) {
    const manifest = fs
      .readFileSync(path.join(folder, file), "utf8")
      .replace("nodePort: 30007", `nodePort: ${tutorialNodePort}`)
      .replaceAll(theirClass, storageClass);
    await cluster.apply(manifest, "--namespace", tutorialNamespace);
  }
}

/** Installs WordPress by the installer's form, as soon as that responds. @param visitor a visitor of the site's address */
export async function installTutorialSite(cluster: Cluster, visitor: Visitor): Promise<void> {
  const answers = async () => (await visitor.get("/wp-admin/install.php")).status === 200;
  await cluster.until("the tutorial's installer responds", 120, answers, isUnreachable);
  await visitor.install(owner.user, owner.password);
}

export async function scaleTutorialSite(cluster: Cluster, replicas: number): Promise<void> {
  await cluster.kubectl("--namespace", tutorialNamespace, "scale", "statefulset/wordpress", `--replicas=${replicas}`);
  await cluster.kubectl(
    "--namespace",
    tutorialNamespace,
    "rollout",
    "status",
    "statefulset/wordpress",
    "--timeout=360s",
  );
}

export async function removeTutorial(cluster: Cluster): Promise<void> {
  await cluster.kubectl("delete", "namespace", tutorialNamespace, "--ignore-not-found");
  await cluster.kubectl("delete", "storageclass", storageClass, "--ignore-not-found");
}
