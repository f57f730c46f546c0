import { configSet } from "../../../stacks/config/rules";

/** The three ways out where volumes of many nodes are not to be had. @param name how the first one begins */
export function sharedStorageOptions(name: string): string {
  return (
    `${name}: ${configSet("contentStorageClass", "NAME")}, or keep all pods on one node: ` +
    `${configSet("contentAccessMode", "ReadWriteOnce")}, or give each pod files of its own: ${configSet("content", "perPod")}`
  );
}
