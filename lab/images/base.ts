import { run } from "../support/processes";
import { Refusal } from "../support/progress";

/** Debian's release that has MariaDB 10.11 and PHP 8.2. */
const release = "bookworm";

const leftOut = ["doc", "info", "lintian", "locale", "man"];

/** What mmdebstrap is told, other than where to fetch and what to write. */
export const baseOptions: readonly string[] = [
  "--variant=apt",
  // Without these two it takes usrmerge, and 50 MB of Perl with it.
  "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
  "--include=usr-is-merged",
  // A mirror may be a frozen one, whose lists are past their date.
  '--aptopt=Acquire::Check-Valid-Until "false"',
  '--aptopt=APT::Install-Recommends "false"',
  // It copies these two from this machine.
  '--customize-hook=rm "$1/etc/resolv.conf" "$1/etc/hostname"',
  ...leftOut.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
];

/** Lays out a small Debian and writes it to a tar. @throws Refusal where the machine's apt knows no mirror of the release */
export async function makeBase(tar: string): Promise<void> {
  await run("mmdebstrap", [...baseOptions, release, tar, ...(await mirrors())]);
}

/** The sources of this machine's apt for the release, as lines of a sources.list. */
async function mirrors(): Promise<string[]> {
  const targets = await run("apt-get", [
    ...["indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"],
    "Created-By: Packages",
  ]);
  const lines = [...new Set(targets.trim().split("\n"))].filter((line) => {
    const [, , suite, component] = line.split(" ");
    return component === "main" && (suite === release || suite === `${release}-security`);
  });
  if (lines.length === 0) {
    throw new Refusal(
      `The lab's images are made of Debian 12 (${release}), which this machine's apt does not name.\n` +
        `Add a mirror to /etc/apt/sources.list: deb <mirror> ${release} main`,
    );
  }
  return lines;
}
