import { labEnvironment, unsetForeignVariables } from "../cluster/environment";
import { labUp } from "../cluster/up";
import { labPaths } from "../support/paths";
import type { TrialCluster } from "./deployment";

/** The preset is for any cluster, and the lab has a ReadWriteMany storage class. */
export const labSettings = ["contentStorageClass=shared", "contentAccessMode=ReadWriteMany"];

/** Starts the lab. Idempotent. @throws UserError when the machine cannot run one */
export async function startLabTrial(): Promise<TrialCluster> {
  await labUp();
  return { folder: labPaths.trial, env: { ...unsetForeignVariables, ...labEnvironment() }, settings: labSettings };
}
