import { key, type Values } from "../../../stacks/config/keys";
import { oneOf } from "../../../stacks/config/rules";

/** Configuration keys of data retention. */
export const claimsKeys = {
  dataRetention: key(oneOf("delete", "retain"), {
    default: "delete",
    description:
      "Whether `pulumi destroy` deletes the claims, and the namespace, Secrets and passwords that their data needs. With " +
      "`retain` they are protected, and `pulumi destroy` refuses.",
    onChange: "Updates the protection of these objects.",
  }),
} as const;

export type ClaimsConfig = Values<typeof claimsKeys>;

/** Whether claims are deleted with their pods or the stack. */
export type DataRetention = ClaimsConfig["dataRetention"];
