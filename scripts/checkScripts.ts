// Checks the syntax of all tracked PHP files with `php -l`, and all tracked shell scripts with ShellCheck.
import { spawnSync } from "node:child_process";
import { projectRoot, readProjectFile, trackedFiles } from "./trackedFiles";

/** A program that checks, and the package that installs it. */
export interface Checker {
  readonly program: string;
  readonly debianPackage: string;
  readonly brewPackage: string;
}

const shellCheck: Checker = { program: "shellcheck", debianPackage: "shellcheck", brewPackage: "shellcheck" };
const php: Checker = { program: "php", debianPackage: "php-cli", brewPackage: "php" };

/** The language of a script, by its name or its first line. */
export function languageOf(name: string, text: string): "shell" | "php" | undefined {
  if (name.endsWith(".php")) return "php";
  return name.endsWith(".sh") || /^#!.*\b(ba|da)?sh\b/.test(text) ? "shell" : undefined;
}

/** How to install programs that are missing, on systems where this script does not install them itself. */
export function installationHint(missing: readonly Checker[]): string {
  const names = (key: keyof Checker) => missing.map((checker) => checker[key]).join(" ");
  return (
    `\`npm run check:scripts\` needs ${missing.map(({ program }) => program).join(" and ")}. Install:\n` +
    `  sudo apt-get install ${names("debianPackage")}    # Debian, Ubuntu\n` +
    `  brew install ${names("brewPackage")}    # macOS`
  );
}

function isInstalled({ program }: Checker): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

/** Installs missing programs where this process may: as root, with apt-get. @returns those that are still missing */
function ensure(checkers: readonly Checker[]): Checker[] {
  const missing = checkers.filter((checker) => !isInstalled(checker));
  const mayInstall = process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).error === undefined;
  if (missing.length === 0 || !mayInstall) return missing;
  const packages = missing.map(({ debianPackage }) => debianPackage);
  console.log(`Installing ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // The tests that run at the same time may install packages too.
  const options = ["-o", "DPkg::Lock::Timeout=300", "--quiet", "--yes", "--no-install-recommends"];
  spawnSync("apt-get", ["update", "--quiet"], { stdio: ["ignore", "ignore", "inherit"], env });
  spawnSync("apt-get", [...options, "install", ...packages], { stdio: ["ignore", "ignore", "inherit"], env });
  return missing.filter((checker) => !isInstalled(checker));
}

function main(): void {
  const missing = ensure([shellCheck, php]);
  if (missing.length > 0) {
    console.error(installationHint(missing));
    process.exitCode = 1;
    return;
  }
  const files = trackedFiles();
  const inLanguage = (language: "shell" | "php") =>
    files.filter((name) => languageOf(name, readProjectFile(name)) === language);
  // A script that another one sources is checked as part of it, and relative to it.
  const commands = [["shellcheck", "--external-sources", "--source-path=SCRIPTDIR", ...inLanguage("shell")]];
  // PHP before 8.3 checks only the first of several files.
  for (const file of inLanguage("php")) commands.push(["php", "--no-php-ini", "--syntax-check", file]);
  for (const [program = "", ...args] of commands) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: projectRoot, encoding: "utf8" });
    if (status === 0) continue;
    console.error(`${stdout}${stderr}`.trim());
    process.exitCode = 1;
  }
}

if (require.main === module) main();
