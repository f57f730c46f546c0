import type { Rule } from "../../../stacks/config/rules";

const byId = String.raw`/dev/disk/by-id/[\w.:@+-]+`;

/** The stable names of disks. OpenEBS refuses `/dev/sdX`, which may refer to another disk after a reboot. */
const forms = [
  `${byId}`,
  String.raw`(?:aio|uring)://(?:${byId}|/(?!dev/)[\w./@+-]+)(?:\?[\w=&]+)?`,
  String.raw`pcie:///[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]`,
  String.raw`malloc:///[\w.-]+\?size_mb=[1-9]\d*(?:&[\w=&]+)?`,
].map((form) => new RegExp(`^${form}$`));

/** URI of a DiskPool's disk. */
export const diskUri: Rule<string> = {
  allowed:
    "a disk by a name that stays the same: /dev/disk/by-id/NAME, pcie:///DDDD:BB:DD.F, aio:///FILE, uring:///FILE or, to " +
    "try it in memory, malloc:///NAME?size_mb=NUMBER",
  example: "/dev/disk/by-id/nvme-Samsung_SSD_990_PRO_S7KHNJ0W123456",
  schema: { type: "string", anyOf: forms.map(({ source }) => ({ pattern: source })) },
  parse: (text) => (forms.some((form) => form.test(text)) ? text : undefined),
};

/** The by-id name of a disk, which is unique worldwide; undefined for a URI that is unique on one node only. */
export function worldWideName(disk: string): string | undefined {
  return new RegExp(byId).exec(disk)?.[0];
}

/** The command that shows the by-id names of a disk that is given by its kernel name. */
export function byIdHint(disk: string, node: string): string | undefined {
  const name = /^(?:\w+:\/\/)?\/dev\/(\w+)$/.exec(disk)?.[1];
  return name && `names of that disk that stay: ls -l /dev/disk/by-id | grep -w ${name}, on ${node}`;
}
