import { key, type Values } from "../../../stacks/config/keys";
import { oneOf } from "../../../stacks/config/rules";

/** Configuration keys of what becomes of data. */
export const claimsKeys = {
  dataRetention: key(oneOf("delete", "retain"), {
    default: "delete",
    description:
      "What `pulumi destroy` does with claims, and with the namespace, Secrets and passwords that open them. With `retain` " +
      "they are protected, and destroy refuses.",
    onChange: "Updates the protection of these objects.",
  }),
} as const;

export type ClaimsConfig = Values<typeof claimsKeys>;

/** What happens to claims when their pods or the stack are deleted. */
export type DataRetention = ClaimsConfig["dataRetention"];
