import * as fs from "node:fs";
import { run } from "../support/processes";

/** Commands that building takes, and Debian's packages that have them. */
const tools: readonly { readonly file: string; readonly packages: readonly string[] }[] = [
  { file: "/usr/bin/mmdebstrap", packages: ["mmdebstrap"] },
  { file: "/usr/bin/buildah", packages: ["buildah"] },
  { file: "/usr/bin/gcc", packages: ["gcc"] },
  { file: "/usr/lib/x86_64-linux-gnu/libc.a", packages: ["libc6-dev"] },
];

/** Installs what is missing of the packages that building the images takes. */
export async function installTools(): Promise<void> {
  const packages = tools.filter(({ file }) => !fs.existsSync(file)).flatMap((tool) => tool.packages);
  if (packages.length === 0) return;
  // Somebody else may be installing: wait for them.
  const apt = ["-o", "DPkg::Lock::Timeout=300", "--quiet", "--yes", "--no-install-recommends"];
  await run("apt-get", ["update", "--quiet"]);
  await run("apt-get", [...apt, "install", ...packages], { env: { DEBIAN_FRONTEND: "noninteractive" } });
}
