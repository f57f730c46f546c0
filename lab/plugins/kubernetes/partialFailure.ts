import { InitFailed } from "../support/initFailed";
import type { Properties } from "../support/propertyValues";
import { NotReady } from "./awaiting";
import { checkpointOf } from "./checkpoint";
import { identifier, type KubernetesObject } from "./objects";

/** An existing object, and the state to keep if a step fails now. */
export interface ExistingObject {
  readonly live: KubernetesObject;
  readonly inputs: Properties;
  readonly fieldManager: string;
  /** The error message before the reason. */
  readonly message: string;
}

/** Runs a step for an existing object. If it fails, the state keeps the object. @throws InitFailed */
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
