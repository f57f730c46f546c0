import * as fs from "node:fs";
import * as path from "node:path";
import { stateRoot } from "../support/paths";
import { run } from "../support/processes";
import { ensureOwnRules } from "./firewall";
import { labNodes, network } from "./layout";

/** Settings of the kernel that the network takes. Those that were others before get their old value back in the end. */
const neededSettings: Readonly<Record<string, string>> = {
  "net/ipv4/ip_forward": "1",
  // Services are rules of iptables: what goes from pod to pod over the bridge has to pass them too.
  "net/bridge/bridge-nf-call-iptables": "1",
  // Seconds. A connection that was on its way to a pod as its node died is kept for 120 s otherwise: the next one from its port would go
  // to the pod's old address, which is another pod's by then.
  "net/netfilter/nf_conntrack_tcp_timeout_syn_sent": "5",
};

/** Settings that kubelet and kube-proxy change by themselves. */
const changedSettings = [
  "net/ipv4/conf/all/route_localnet",
  "vm/overcommit_memory",
  "kernel/panic",
  "kernel/panic_on_oops",
];

const savedSettings = path.join(stateRoot, "kernel-settings.json");

/** Files of the kernel's settings that the lab writes to. */
export function kernelSettingFiles(): string[] {
  return Object.keys(neededSettings).map(settingFile);
}

/** Makes the bridge with the nodes' addresses, the rules around it and the kernel's settings what they should be. */
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

/** Removes the bridge and what is attached to it, and gives the kernel's settings their old values. */
export async function removeNetwork(): Promise<void> {
  await removeLinks();
  if (!fs.existsSync(savedSettings)) return;
  const saved = JSON.parse(fs.readFileSync(savedSettings, "utf8")) as Record<string, string>;
  for (const [name, value] of Object.entries(saved)) {
    if (readSetting(name) !== value) fs.writeFileSync(settingFile(name), value);
  }
}

/** Removes the bridge and what is attached to it. */
export async function removeLinks(): Promise<void> {
  for (const link of await linksOnBridge()) await removeLink(link);
  await removeLink(network.bridge);
}

/** Removes a network link. None of that name is no error: the kernel removes a pod's by itself, at any moment after its end. */
export async function removeLink(name: string): Promise<void> {
  try {
    await run("ip", ["link", "delete", name]);
  } catch (error) {
    if (isLink(name)) throw error;
  }
}

/** Whether the lab's bridge is there. */
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

/** Keeps what was set before the lab first ran; a later start must not take the lab's own values for the machine's. */
function saveSettings(): void {
  if (fs.existsSync(savedSettings)) return;
  const names = [...Object.keys(neededSettings), ...changedSettings];
  fs.writeFileSync(savedSettings, JSON.stringify(Object.fromEntries(names.map((name) => [name, readSetting(name)]))));
}
