import { run } from "../support/processes";
import { UserError } from "../support/progress";

/** Debian's releases that the images are made of: bookworm has MariaDB 10.11 and PHP 8.2, sid the newest nginx. */
export type Release = "bookworm" | "sid";

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

/** Lays out a small Debian and writes it to a tar. @throws UserError where this machine's apt knows no mirror of Debian */
export async function makeBase(release: Release, tar: string): Promise<void> {
  await run("mmdebstrap", [...baseOptions, release, tar, ...(await mirrors(release))]);
}

/** The mirror of this machine's apt, as lines of a sources.list for the release. */
async function mirrors(release: Release): Promise<string[]> {
  const targets = await run("apt-get", [
    ...["indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"],
    "Created-By: Packages",
  ]);
  const lines = sourcesOf(release, [...new Set(targets.trim().split("\n"))]);
  if (lines.length === 0) {
    throw new UserError(
      "The lab's images are made of Debian 12 (bookworm), which this machine's apt does not name.\n" +
        "Add a mirror to /etc/apt/sources.list: deb <mirror> bookworm main",
    );
  }
  return lines;
}

/**
 * The lines of a sources.list for a release. A mirror of bookworm serves sid, too.
 * @param known the lines of this machine's apt: `deb MIRROR SUITE COMPONENT`
 */
export function sourcesOf(release: Release, known: readonly string[]): string[] {
  const parts = known.map((line) => line.split(" ")).filter(([, , , component]) => component === "main");
  const suites = (...names: string[]) => parts.filter(([, , suite = ""]) => names.includes(suite));
  if (release === "bookworm") return suites("bookworm", "bookworm-security").map((line) => line.join(" "));
  return suites("bookworm").map(([, mirror = ""]) => `deb ${mirror} sid main`);
}
