import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../support/processes";
import { step } from "../support/progress";

/** A package of Debian's, and one of its files. */
export interface DebianPackage {
  readonly file: string;
  readonly name: string;
}

/** What the running lab uses. */
const labPackages: readonly DebianPackage[] = [
  { file: "/usr/bin/containerd", name: "containerd" },
  { file: "runc", name: "runc" },
  { file: "/usr/lib/cni/bridge", name: "containernetworking-plugins" },
  { file: "iptables", name: "iptables" },
  { file: "ip", name: "iproute2" },
  { file: "conntrack", name: "conntrack" },
  { file: "/usr/bin/socat", name: "socat" },
  { file: "openssl", name: "openssl" },
];

/** Folders with programs, also where root's PATH lacks the second halves of them. */
const programFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Those packages that this machine lacks. @default of the lab's own */
export function missingPackages(packages: readonly DebianPackage[] = labPackages): string[] {
  return packages.filter(({ file }) => !isThere(file)).map(({ name }) => name);
}

/** Installs the packages that are missing. @default of the lab's own. @throws CommandFailed */
export async function installPackages(packages?: readonly DebianPackage[]): Promise<void> {
  const missing = missingPackages(packages);
  if (missing.length === 0) return;
  await step(`installing Debian's ${missing.join(", ")}`, async () => {
    // Somebody else may be installing: wait for them.
    const options = ["-o", "DPkg::Lock::Timeout=300", "--quiet", "--yes", "--no-install-recommends"];
    await run("apt-get", ["update", "--quiet"]);
    await run("apt-get", [...options, "install", ...missing], { env: { DEBIAN_FRONTEND: "noninteractive" } });
  });
}

function isThere(file: string): boolean {
  return programFolders.some((folder) => fs.existsSync(path.resolve(folder, file)));
}
