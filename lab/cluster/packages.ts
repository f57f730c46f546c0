import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../support/processes";
import { step } from "../support/progress";

/** A Debian package and one of its files. */
export interface DebianPackage {
  readonly file: string;
  readonly name: string;
}

/** Packages that the running lab needs. */
const labPackages: readonly DebianPackage[] = [
  { file: "/usr/bin/containerd", name: "containerd" },
  { file: "runc", name: "runc" },
  { file: "/usr/lib/cni/bridge", name: "containernetworking-plugins" },
  { file: "iptables", name: "iptables" },
  { file: "nft", name: "nftables" },
  { file: "ip", name: "iproute2" },
  { file: "conntrack", name: "conntrack" },
  { file: "/usr/bin/socat", name: "socat" },
  { file: "openssl", name: "openssl" },
];

/** Folders with programs. Root's PATH may lack the `sbin` ones. */
const programFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The packages that this machine lacks. @default among the lab's packages */
export function missingPackages(packages: readonly DebianPackage[] = labPackages): string[] {
  return packages.filter(({ file }) => !isThere(file)).map(({ name }) => name);
}

/** Installs missing packages. @default among the lab's packages. @throws CommandFailed */
export async function installPackages(packages?: readonly DebianPackage[]): Promise<void> {
  const missing = missingPackages(packages);
  if (missing.length === 0) return;
  await step(`installing Debian packages: ${missing.join(", ")}`, async () => {
    // Wait for another apt process to finish.
    const options = ["-o", "DPkg::Lock::Timeout=300", "--quiet", "--yes", "--no-install-recommends"];
    await run("apt-get", ["update", "--quiet"]);
    await run("apt-get", [...options, "install", ...missing], { env: { DEBIAN_FRONTEND: "noninteractive" } });
  });
}

function isThere(file: string): boolean {
  return programFolders.some((folder) => fs.existsSync(path.resolve(folder, file)));
}
