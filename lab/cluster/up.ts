import { ensureKubectl, ensureKubernetes } from "../kubernetes/build";
import { ensurePulumi } from "../pulumi/cli";
import { step } from "../support/progress";
import { startCluster } from "./cluster";
import { installCommands } from "./commands";
import { ensureImageStore } from "./imageStore";
import { withLock } from "./lock";
import { checkMachine } from "./machine";
import { installPackages } from "./packages";

/**
 * Starts the lab: builds missing parts, starts what does not run, and repairs what is broken.
 * @throws UserError if the machine cannot run the lab, or a part does not start
 */
export async function labUp(): Promise<void> {
  await checkMachine();
  await withLock(async () => {
    await installPackages();
    const kubernetes = await ensureKubernetes();
    const kubectl = await ensureKubectl();
    const pulumi = await ensurePulumi();
    const imageStore = await ensureImageStore();
    await startCluster({ kubernetes, imageStore });
    await step("installing kubectl, pulumi and its plugins", () => installCommands({ kubectl, pulumi }));
  });
}
