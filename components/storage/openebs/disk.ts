import type { Rule } from "../../../stacks/config/rules";

const byId = String.raw`/dev/disk/by-id/[\w.:@+-]+`;

/** The forms of a DiskPool's disk whose meaning stays the same: OpenEBS refuses `/dev/sdX`, which is another disk after a boot. */
const forms = [
  `${byId}`,
  String.raw`(?:aio|uring)://(?:${byId}|/(?!dev/)[\w./@+-]+)(?:\?[\w=&]+)?`,
  String.raw`pcie:///[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]`,
  String.raw`malloc:///[\w.-]+\?size_mb=[1-9]\d*(?:&[\w=&]+)?`,
].map((form) => new RegExp(`^${form}$`));

/** A disk, as a DiskPool names it. */
export const diskUri: Rule<string> = {
  allowed:
    "a disk by a name that stays the same: /dev/disk/by-id/NAME, pcie:///DDDD:BB:DD.F, aio:///FILE, uring:///FILE or, to " +
    "try it in memory, malloc:///NAME?size_mb=NUMBER",
  example: "/dev/disk/by-id/nvme-Samsung_SSD_990_PRO_S7KHNJ0W123456",
  parse: (text) => (forms.some((form) => form.test(text)) ? text : undefined),
};

/** What tells a disk from all others in the world, its by-id name; undefined where the text tells it on one node only. */
export function worldWideName(disk: string): string | undefined {
  return new RegExp(byId).exec(disk)?.[0];
}

/** The command that shows the by-id names of a disk, for one that is named as the kernel found it. */
export function byIdHint(disk: string, node: string): string | undefined {
  const name = /^(?:\w+:\/\/)?\/dev\/(\w+)$/.exec(disk)?.[1];
  return name && `names of that disk that stay: ls -l /dev/disk/by-id | grep -w ${name}, on ${node}`;
}
