import * as fs from "node:fs";
import * as path from "node:path";

/** Fake commands of a node that only record their calls. `sysctl` stores one number. */
const commands = {
  modprobe: 'echo "modprobe $*" >> "$NODE/calls"',
  systemctl: 'echo "systemctl $*" >> "$NODE/calls"; [ "$1" != is-active ] || [ "$3" = "$UNIT" ]',
  sysctl: `case "$*" in
    "-n vm.nr_hugepages") cat "$NODE/pages" ;;
    "-q -w vm.nr_hugepages="*) pages=\${3#*=}; [ "$pages" -le "$MOST" ] || pages=$MOST; echo "$pages" > "$NODE/pages" ;;
    *) exit 9 ;;
  esac`,
};

/**
 * Turns a folder into a fake node for the scripts that prepare one: commands in `bin`, which record their calls in `calls`, and the
 * number of huge pages in `pages`.
 * @param settings replace environment variables of the commands: `NODE`, the folder; `UNIT`, the kubelet's unit; `MOST`, the number of
 *   pages that fit into its memory
 */
export function putNodeCommands(node: string, settings: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'`);
  fs.mkdirSync(path.join(node, "bin"), { recursive: true });
  for (const [name, script] of Object.entries(commands)) {
    fs.writeFileSync(path.join(node, "bin", name), ["#!/bin/sh", ...lines, script, ""].join("\n"), { mode: 0o755 });
  }
  fs.writeFileSync(path.join(node, "pages"), "0\n");
}
