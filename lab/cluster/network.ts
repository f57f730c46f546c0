import * as fs from "node:fs";
import * as path from "node:path";
import { stateRoot } from "../support/paths";
import { run } from "../support/processes";
import { ensureOwnRules } from "./firewall";
import { labNodes, network } from "./layout";

/** Kernel settings that the network needs. `lab down` restores their previous values. */
const neededSettings: Readonly<Record<string, string>> = {
  "net/ipv4/ip_forward": "1",
  // Services are iptables rules: traffic between pods on the bridge must pass them, too.
  "net/bridge/bridge-nf-call-iptables": "1",
  // Seconds. By default, the kernel tracks a connection to a pod whose node died for 120 s. The next one from its port would go
  // to the pod's old address, which another pod may have by then.
  "net/netfilter/nf_conntrack_tcp_timeout_syn_sent": "5",
};

/** Settings that kubelet and kube-proxy change on their own. */
const changedSettings = [
  "net/ipv4/conf/all/route_localnet",
  "vm/overcommit_memory",
  "kernel/panic",
  "kernel/panic_on_oops",
];

const savedSettings = path.join(stateRoot, "kernel-settings.json");

/** Files of the kernel settings that the lab writes. */
export function kernelSettingFiles(): string[] {
  return Object.keys(neededSettings).map(settingFile);
}

/** Creates or repairs the bridge with the nodes' addresses, its firewall rules and the kernel settings. */
export async function ensureNetwork(): Promise<void> {
  saveSettings();
  for (const [name, value] of Object.entries(neededSettings)) fs.writeFileSync(settingFile(name), value);
  if (!hasBridge()) await run("ip", ["link", "add", network.bridge, "type", "bridge"]);
  await run("ip", ["link", "set", network.bridge, "address", network.bridgeMac, "up"]);
  for (const address of [network.gateway, ...labNodes.map((node) => node.address)]) {
    await run("ip", ["address", "replace", `${address}/${network.prefixLength}`, "dev", network.bridge]);
  }
  await ensureOwnRules();
}

/** Removes the bridge and the links attached to it, and restores the kernel settings. */
export async function removeNetwork(): Promise<void> {
  await removeLinks();
  if (!fs.existsSync(savedSettings)) return;
  const saved = JSON.parse(fs.readFileSync(savedSettings, "utf8")) as Record<string, string>;
  for (const [name, value] of Object.entries(saved)) {
    if (readSetting(name) !== value) fs.writeFileSync(settingFile(name), value);
  }
}

/** Removes the bridge and the links attached to it. */
export async function removeLinks(): Promise<void> {
  for (const link of await linksOnBridge()) await removeLink(link);
  await removeLink(network.bridge);
}

/** Removes a network link. A missing link is no error: the kernel removes a pod's link by itself some time after the pod's end. */
export async function removeLink(name: string): Promise<void> {
  try {
    await run("ip", ["link", "delete", name]);
  } catch (error) {
    if (isLink(name)) throw error;
  }
}

/** Whether the lab's bridge exists. */
export function hasBridge(): boolean {
  return isLink(network.bridge);
}

function isLink(name: string): boolean {
  return fs.existsSync(`/sys/class/net/${name}`);
}

async function linksOnBridge(): Promise<string[]> {
  if (!hasBridge()) return [];
  const links = JSON.parse((await run("ip", ["-json", "link", "show", "master", network.bridge])) || "[]") as {
    readonly ifname?: string;
  }[];
  return links.map(({ ifname }) => ifname).filter((name) => name !== undefined);
}

function settingFile(name: string): string {
  return path.join("/proc/sys", name);
}

function readSetting(name: string): string {
  return fs.readFileSync(settingFile(name), "utf8").trim();
}

/** Saves the settings from before the lab first ran. A later start must not mistake the lab's values for the machine's. */
function saveSettings(): void {
  if (fs.existsSync(savedSettings)) return;
  const names = [...Object.keys(neededSettings), ...changedSettings];
  fs.writeFileSync(savedSettings, JSON.stringify(Object.fromEntries(names.map((name) => [name, readSetting(name)]))));
}
