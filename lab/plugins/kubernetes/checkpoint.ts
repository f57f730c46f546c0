import { holdsSecret, isProperties, open, plain, type Properties, present, Secret } from "../support/propertyValues";
import type { KubernetesObject } from "./objects";

/** What the state holds of a resource. */
export interface Checkpoint {
  /** The object as the server had it last. */
  readonly live: KubernetesObject;
  /** The name under which this resource's fields are managed. */
  readonly fieldManager: string | undefined;
}

/**
 * What the state is to hold: the object as the server has it, and with it the inputs. What is secret in the inputs is secret
 * in the object, and so is the data of every Secret.
 */
export function checkpointOf(live: KubernetesObject, inputs: Properties, fieldManager: string): Properties {
  return {
    ...guarded(live, inputs),
    __inputs: guarded(plain(inputs), inputs),
    __initialApiVersion: live.apiVersion,
    __fieldManager: fieldManager,
  };
}

/** What the state holds, as {@link checkpointOf} put it there. */
export function readCheckpoint(state: Properties): Checkpoint {
  const { __inputs: inputs, __initialApiVersion: version, __fieldManager: manager, ...live } = plain(state);
  void [inputs, version];
  return { live: live as KubernetesObject, fieldManager: typeof manager === "string" ? manager : undefined };
}

/** An object with everything marked as secret that is so in the inputs, and the data of a Secret. */
export function guarded(object: Properties, inputs: Properties): Properties {
  const isSecretObject = open(object.kind) === "Secret";
  return Object.fromEntries(
    present(object).map(([name, value]) => {
      const isData = isSecretObject && (name === "data" || name === "stringData");
      if (isData) return [name, value instanceof Secret ? value : new Secret(value)];
      const input = inputs[name];
      if (isProperties(value) && isProperties(input)) return [name, guarded(value, input)];
      return [name, holdsSecret(input) && !(value instanceof Secret) ? new Secret(value) : value];
    }),
  );
}
