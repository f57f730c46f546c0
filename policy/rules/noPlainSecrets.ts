import { type Container, containersOf, type EnvironmentVariable } from "../pods";
import { fieldsOf, type PolicyResource, kindOf } from "../resource";
import type { Rule } from "../rule";

/**
 * @pulumi/policy removes the secret mark from every value. So this rule checks names, and in a Secret the option
 * additionalSecretOutputs, which its class sets when it marks the data. It does not find a password under another name.
 */
export const noPlainSecrets: Rule = {
  name: "no-plain-secrets",
  description: "Passwords, tokens and private keys are only in Secrets, whose data is encrypted in the state.",
  enforcementLevel: "mandatory",
  findings: (resource) => [
    ...containersOf(resource).flatMap(variables),
    ...(kindOf(resource) === "core/ConfigMap" ? configMapKeys(resource) : []),
    ...(kindOf(resource) === "core/Secret" ? openFields(resource) : []),
  ],
};

const secretName = /PASSWORD|SECRET|TOKEN|PRIVATE[_.-]?KEY/i;

/** Suffix of the images' variables for the path of a file with the secret. */
const pathName = /_FILE$/;

const remedy = "put it in a Secret, and refer to it with valueFrom.secretKeyRef";

function variables({ name: container, env = [] }: Container): string[] {
  return env
    .filter(({ name }) => secretName.test(name) && !pathName.test(name))
    .flatMap((it) => variable(container, it));
}

/** Does not read values, which may be unknown at preview. */
function variable(container: string, entry: EnvironmentVariable): string[] {
  const subject = `container ${container}: variable ${entry.name}`;
  if (!("valueFrom" in entry)) return [`${subject} has its value in plain text; ${remedy}`];
  if ("configMapKeyRef" in (entry.valueFrom ?? {}))
    return [`${subject} comes from a ConfigMap, which is plain text; ${remedy}`];
  return [];
}

function configMapKeys({ inputs }: PolicyResource): string[] {
  const keys = ["data", "binaryData"].flatMap((field) => Object.keys(fieldsOf(inputs, field)));
  return keys
    .filter((key) => secretName.test(key))
    .map((key) => `key ${key} of a ConfigMap is in plain text; put it in a Secret`);
}

function openFields({ inputs, secretOutputs }: PolicyResource): string[] {
  const open = ["data", "stringData"].filter((field) => field in inputs && !secretOutputs.includes(field));
  return open.map(
    (field) =>
      `${field} is not marked as secret, and would be in plain text in the state; create it with kubernetes.core.v1.Secret, which marks it`,
  );
}
