import { key, type Values } from "../../stacks/config/keys";
import { dnsLabel } from "../../stacks/config/rules";

/** Configuration keys of the stack's namespace. */
export const namespaceKeys = {
  namespace: key(dnsLabel, {
    default: "wordpress",
    description: "Namespace that the stack creates and owns.",
    onChange: "Refused while the stack has claims: another namespace is another site.",
  }),
} as const;

export type NamespaceConfig = Values<typeof namespaceKeys>;
