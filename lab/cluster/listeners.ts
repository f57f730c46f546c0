import * as fs from "node:fs";
import { isLabProcess, readProcess } from "./processTable";

/** A listening TCP socket. */
export interface Listener {
  /** IPv4 address, or `*` for any address (including IPv6 sockets that accept any). */
  readonly address: string;
  readonly port: number;
  /** The socket's inode number, which identifies its owner. */
  readonly inode: string;
}

/** A listener and the process that owns it. */
export interface OwnedListener extends Listener {
  /** Undefined if only root can read it. */
  readonly pid?: number;
  readonly command?: string;
}

/** Listeners that `wanted` selects and that do not belong to the lab. */
export function foreignListeners(wanted: (listener: Listener) => boolean): OwnedListener[] {
  const listeners = ["/proc/net/tcp", "/proc/net/tcp6"]
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => parseListeners(fs.readFileSync(file, "utf8")))
    .filter(wanted);
  if (listeners.length === 0) return [];
  const owners = socketOwners();
  return listeners.flatMap((listener) => {
    const pid = owners.get(listener.inode);
    const entry = pid === undefined ? undefined : readProcess(pid);
    if (entry === undefined) return [listener];
    return isLabProcess(entry) ? [] : [{ ...listener, pid: entry.pid, command: entry.argv.join(" ") }];
  });
}

/** Parses a text like /proc/net/tcp or /proc/net/tcp6. IPv6 listeners on a single address are left out. */
export function parseListeners(text: string): Listener[] {
  const listening = "0A";
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .flatMap((fields) => {
      const [host = "", port = ""] = (fields[1] ?? "").split(":");
      const address = hostAddress(host);
      return address === undefined ? [] : [{ address, port: Number.parseInt(port, 16), inode: fields[9] ?? "" }];
    });
}

/** Decodes an address, which the kernel writes as hexadecimal 32-bit numbers, least significant byte first. */
function hostAddress(host: string): string | undefined {
  if (/^0+$/.test(host)) return "*";
  if (host.length !== 8) return undefined;
  const bytes = host.match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

/** PIDs by the inode of each open socket. */
function socketOwners(): Map<string, number> {
  const owners = new Map<string, number>();
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const target of openFiles(pid)) {
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) owners.set(inode, Number(pid));
    }
  }
  return owners;
}

function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return fs.readdirSync(folder).flatMap((name) => {
      try {
        return [fs.readlinkSync(`${folder}/${name}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
