import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inheritedDescriptor } from "./tiedProcess";

/** A kubeconfig's text where kubectl can read it. */
export interface HandedKubeconfig {
  /** For `--kubeconfig`. */
  readonly path: string;
  /** An open file that kubectl is to inherit; undefined where the path is that of a file. */
  readonly descriptor?: number;
}

/**
 * Puts a kubeconfig's text where only this user's kubectl can read it. On Linux it is an open file without a name, so that nothing is
 * left however this process ends. Elsewhere a descriptor cannot be opened twice: there it is a file that is removed at the
 * end, also at that by a signal.
 */
export function handKubeconfig(text: string): HandedKubeconfig {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kubeconfig-"));
  const file = path.join(folder, "config");
  const remove = () => fs.rmSync(folder, { recursive: true, force: true });
  if (process.platform !== "linux") {
    removeAtEnd(remove);
    fs.writeFileSync(file, text, { mode: 0o600 });
    return { path: file };
  }
  const descriptor = fs.openSync(file, "wx+", 0o600);
  // The name is gone before there is anything to read.
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
