import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inheritedDescriptor } from "./tiedProcess";

/** A kubeconfig at a path that kubectl can read. */
export interface TemporaryKubeconfig {
  /** Value of `--kubeconfig`. */
  readonly path: string;
  /** Open file that kubectl inherits; undefined if the path names a file. */
  readonly descriptor?: number;
}

/**
 * Stores a kubeconfig's text so that only this user's kubectl can read it. On Linux it is an open file without a name, so
 * that nothing remains however this process ends. Elsewhere a descriptor cannot be opened twice: there it is a file that is
 * removed when the process exits or gets SIGHUP, SIGINT or SIGTERM.
 */
export function writeTemporaryKubeconfig(text: string): TemporaryKubeconfig {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
  const file = path.join(folder, "config");
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  if (process.platform !== "linux") {
    removeAtEnd(remove);
    fs.writeFileSync(file, text, { mode: 0o600 });
    return { path: file };
  }
  const descriptor = fs.openSync(file, "wx+", 0o600);
  // The name is removed before the file has content.
  remove();
  fs.writeFileSync(descriptor, text);
  return { path: `/dev/fd/${inheritedDescriptor}`, descriptor };
}

function removeAtEnd(remove: () => void): void {
  process.once("exit", remove);
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, () => process.exit(128 + number));
  }
}
