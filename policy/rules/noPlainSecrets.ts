import { type Container, containersOf, type EnvironmentVariable } from "../pods";
import { fieldsOf, type PolicyResource, kindOf } from "../resource";
import type { Rule } from "../rule";

/**
 * What a rule is told is plain: @pulumi/policy takes the mark of a secret off every value. So names are judged, and of a Secret the option
 * additionalSecretOutputs, which its class sets where it marks the data. A password under any other name is not found.
 */
export const noPlainSecrets: Rule = {
  name: "no-plain-secrets",
  description:
    "Passwords, tokens and private keys are in Secrets, whose data is encrypted in the state, and nowhere else.",
  enforcementLevel: "mandatory",
  findings: (resource) => [
    ...containersOf(resource).flatMap(variables),
    ...(kindOf(resource) === "core/ConfigMap" ? configMapKeys(resource) : []),
    ...(kindOf(resource) === "core/Secret" ? openFields(resource) : []),
  ],
};

const secretName = /PASSWORD|SECRET|TOKEN|PRIVATE[_.-]?KEY/i;

/** The images' way of naming a file that has the secret in it. */
const pathName = /_FILE$/;

const remedy = "put it in a Secret, and name that by valueFrom.secretKeyRef";

function variables({ name: container, env = [] }: Container): string[] {
  return env
    .filter(({ name }) => secretName.test(name) && !pathName.test(name))
    .flatMap((it) => variable(container, it));
}

/** Values are not read: at preview they may not be known. */
function variable(container: string, entry: EnvironmentVariable): string[] {
  const subject = `container ${container}: variable ${entry.name}`;
  if (!("valueFrom" in entry)) return [`${subject} has its value in clear; ${remedy}`];
  if ("configMapKeyRef" in (entry.valueFrom ?? {}))
    return [`${subject} comes from a ConfigMap, which is in clear; ${remedy}`];
  return [];
}

function configMapKeys({ inputs }: PolicyResource): string[] {
  const keys = ["data", "binaryData"].flatMap((field) => Object.keys(fieldsOf(inputs, field)));
  return keys
    .filter((key) => secretName.test(key))
    .map((key) => `key ${key} of a ConfigMap is in clear; put it in a Secret`);
}

function openFields({ inputs, secretOutputs }: PolicyResource): string[] {
  const open = ["data", "stringData"].filter((field) => field in inputs && !secretOutputs.includes(field));
  return open.map(
    (field) =>
      `${field} is not marked as secret, and would be in clear in the state; make it by kubernetes.core.v1.Secret, which marks it`,
  );
}
