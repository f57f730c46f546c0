import { InitFailed } from "../support/initFailed";
import type { Properties } from "../support/propertyValues";
import { NotReady } from "./awaiting";
import { checkpointOf } from "./checkpoint";
import { identifier, type KubernetesObject } from "./objects";

/** An object that exists, and what the state is to hold of it when something goes wrong now. */
export interface ExistingObject {
  readonly live: KubernetesObject;
  readonly inputs: Properties;
  readonly fieldManager: string;
  /** The error's words, before the reason. */
  readonly message: string;
}

/** Does something with an object that exists. An error does not let the state forget the object. @throws InitFailed */
export async function orInitFailed<T>(existing: ExistingObject, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { inputs, fieldManager, message } = existing;
    const live = error instanceof NotReady ? error.object : existing.live;
    const reason = error instanceof Error ? error.message : String(error);
    const reasons = [reason, ...(error instanceof NotReady ? error.reasons : [])];
    const outputs = checkpointOf(live, inputs, fieldManager);
    throw new InitFailed(identifier(live), inputs, outputs, `${message}${reason}`, reasons);
  }
}
