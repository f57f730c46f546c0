import * as fs from "node:fs";
import * as path from "node:path";
import { isUnreachable } from "../../support/until";
import type { Cluster } from "./cluster";
import type { Visitor } from "./http";

const folder = path.resolve(__dirname, "../fixtures/chapter");

/** Port of the control, beside the program's own. */
export const chapterNodePort = 30017;

/** Whom the sites of the story are installed for. */
export const owner = { user: "admin", password: "correct-horse-battery" } as const;

export const chapterNamespace = "chapter";

/** The manifests' class, and what it is here: OpenEBS's own may be there at the same time. */
const [theirClass, storageClass] = ["openebs-replicated", "chapter-replicated"];

/** The chapter's manifests as its reader applies them, without its second step, the Secret: the control. */
export async function applyChapter(cluster: Cluster): Promise<void> {
  await cluster.kubectl("create", "namespace", chapterNamespace);
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
      .replace("nodePort: 30007", `nodePort: ${chapterNodePort}`)
      .replaceAll(theirClass, storageClass);
    await cluster.apply(manifest, "--namespace", chapterNamespace);
  }
}

/** Installs its WordPress by the installer's form, as soon as that is there. @param visitor of where it answers */
export async function installChapter(cluster: Cluster, visitor: Visitor): Promise<void> {
  const answers = async () => (await visitor.get("/wp-admin/install.php")).status === 200;
  await cluster.until("the chapter's installer answers", 120, answers, isUnreachable);
  await visitor.install(owner.user, owner.password);
}

export async function scaleChapter(cluster: Cluster, replicas: number): Promise<void> {
  await cluster.kubectl("--namespace", chapterNamespace, "scale", "statefulset/wordpress", `--replicas=${replicas}`);
  await cluster.kubectl(
    "--namespace",
    chapterNamespace,
    "rollout",
    "status",
    "statefulset/wordpress",
    "--timeout=360s",
  );
}

export async function removeChapter(cluster: Cluster): Promise<void> {
  await cluster.kubectl("delete", "namespace", chapterNamespace, "--ignore-not-found");
  await cluster.kubectl("delete", "storageclass", storageClass, "--ignore-not-found");
}
