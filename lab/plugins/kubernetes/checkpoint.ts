import { holdsSecret, isProperties, open, plain, type Properties, present, Secret } from "../support/propertyValues";
import type { KubernetesObject } from "./objects";

/** A resource's part of the state. */
export interface Checkpoint {
  /** The object as the server last returned it. */
  readonly live: KubernetesObject;
  /** The field manager of this resource. */
  readonly fieldManager: string | undefined;
}

/**
 * Creates the state of a resource: the object as the server has it, and the inputs. Values that are secret in the inputs are secret
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

/** Reads a state that {@link checkpointOf} created. */
export function readCheckpoint(state: Properties): Checkpoint {
  const { __inputs: inputs, __initialApiVersion: version, __fieldManager: manager, ...live } = plain(state);
  void [inputs, version];
  return { live: live as KubernetesObject, fieldManager: typeof manager === "string" ? manager : undefined };
}

/** Marks everything in an object as secret that is secret in the inputs, and the data of a Secret. */
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
