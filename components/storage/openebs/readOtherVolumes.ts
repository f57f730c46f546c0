import { commandRequest, Refused, runCommand } from "../../kubectl/scriptRuntime";
import type { Kubectl } from "../../kubectl/client";
import type { DiskPool, Volume } from "../../kubernetes/objects";
import { foreignVolumes, type ForeignVolumesRequest } from "./otherVolumes";
import { listIfKnown } from "../../kubectl/optionalList";
import { diskPoolKind, openEbsName } from "./openEbsNames";

/** Why the stack's storage may not be deleted, in words; undefined where nothing but the stack's own data is on it. */
export async function foreignVolumesOn(kubectl: Kubectl, request: ForeignVolumesRequest): Promise<string | undefined> {
  const [volumes, pools] = await Promise.all([
    kubectl.list<Volume>("persistentvolumes"),
    listIfKnown<DiskPool>(kubectl, diskPoolKind, openEbsName),
  ]);
  const foreign = foreignVolumes(request, volumes, pools);
  if (foreign.length === 0) return undefined;
  return (
    `This stack's storage holds data that is not the stack's:\n` +
    foreign.map((line) => `  - ${line}\n`).join("") +
    "Move or delete it first, then again: pulumi destroy"
  );
}

// States from before scripts.ts name this file.
if (require.main === module) {
  runCommand(async (kubectl) => {
    const refusal = await foreignVolumesOn(kubectl, commandRequest<ForeignVolumesRequest>());
    if (refusal !== undefined) throw new Refused(`Nothing was deleted. ${refusal}`);
  });
}
