import { configSet } from "../../../stacks/config/commands";

/** The three options without a ReadWriteMany storage class, for messages. @param name first words of the first option */
export function sharedStorageOptions(name: string): string {
  return (
    `${name}: ${configSet("contentStorageClass", "NAME")}, or keep all pods on one node: ` +
    `${configSet("contentAccessMode", "ReadWriteOnce")}, or give each pod files of its own: ${configSet("content", "perPod")}`
  );
}
