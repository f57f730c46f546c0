import { run } from "../support/processes";
import { UserError } from "../support/progress";

/** The Debian releases of the images. */
export type Release = "bookworm" | "trixie" | "sid";

const leftOut = ["doc", "info", "lintian", "locale", "man"];

/** Options of mmdebstrap, except for source and target. */
export const baseOptions: readonly string[] = [
  "--variant=apt",
  // Without these two, it installs usrmerge, which needs 50 MB of Perl.
  "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
  "--include=usr-is-merged",
  // The package lists of a frozen mirror may have expired.
  '--aptopt=Acquire::Check-Valid-Until "false"',
  '--aptopt=APT::Install-Recommends "false"',
  // mmdebstrap copies these two from this machine.
  '--customize-hook=rm "$1/etc/resolv.conf" "$1/etc/hostname"',
  ...leftOut.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
];

/** Writes a small Debian to a tar file. @throws UserError if this machine's apt has no Debian mirror */
export async function makeBase(release: Release, tar: string): Promise<void> {
  await run("mmdebstrap", [...baseOptions, release, tar, ...(await mirrors(release))]);
}

/** The mirrors of this machine's apt, as lines of a sources.list for the release. @throws UserError if it has no Debian mirror */
export async function mirrors(release: Release): Promise<string[]> {
  const targets = await run("apt-get", [
    ...["indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"],
    "Created-By: Packages",
  ]);
  const lines = sourcesOf(release, [...new Set(targets.trim().split("\n"))]);
  if (lines.length === 0) {
    throw new UserError(
      "The lab builds its images from Debian 12, 13 and sid, all from a mirror of Debian 12, and this machine's apt has none.\n" +
        "Add a mirror to /etc/apt/sources.list: deb <mirror> bookworm main",
    );
  }
  return lines;
}

/**
 * Returns the lines of a sources.list for a release. A mirror of bookworm serves the other releases too. Sid has no security updates.
 * @param known the sources of this machine's apt: `deb MIRROR SUITE COMPONENT`
 */
export function sourcesOf(release: Release, known: readonly string[]): string[] {
  const parts = known.map((line) => line.split(" ")).filter(([, , , component]) => component === "main");
  const suites = (...names: string[]) => parts.filter(([, , suite = ""]) => names.includes(suite));
  const found = release === "sid" ? suites("bookworm") : suites("bookworm", "bookworm-security");
  return found.map(([, mirror = "", suite = ""]) => `deb ${mirror} ${suite.replace("bookworm", release)} main`);
}
