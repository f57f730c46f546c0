import { type Check, key } from "../../../stacks/config/keys";
import { configSet } from "../../../stacks/config/commands";
import { webAddress } from "../../../stacks/config/rules";
import type { StorageConfig } from "../openebs/keys";
import { openEbsName } from "../openebs/openEbsNames";
import { nfsName } from "./nfsNames";

/** Configuration keys of the NFS volumes, inside the object `storage`. */
export const nfsFields = {
  nfsChartRepository: key(webAddress("https://charts.example.com/csi-driver-nfs"), {
    default: "https://kubernetes-csi.github.io/csi-driver-nfs",
    appliesTo: { "storage.engine": ["replicated"] },
    description: "Repository of the chart of csi-driver-nfs, which the stack installs for shared content.",
    onChange: "Upgrades the release from the other repository.",
  }),
} as const;

/** Reports a namespace that the stack creates for OpenEBS or the NFS server. */
export const checkNamespace: Check<{ readonly namespace: string; readonly storage: StorageConfig }> = (
  { namespace, storage: { engine } },
  { errors },
) => {
  if (engine === undefined || engine === "existing" || ![openEbsName, nfsName].includes(namespace ?? "")) return;
  const example = configSet("namespace", "wordpress");
  errors.report(
    "namespace",
    `namespace: "${namespace}" is one that storage.engine ${engine} creates; choose another one: ${example}`,
  );
};
