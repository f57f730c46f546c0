import { foreignVolumesOn } from "../storage/openebs/readOtherVolumes";
import type { ForeignVolumesRequest } from "../storage/openebs/otherVolumes";
import { commandRequest, Refused, runCommand } from "../kubectl/scriptRuntime";
import { commandRefusal, type DestroyGuardRequest } from "../kubectl/ownCluster";

runCommand(async (kubectl) => {
  const request = commandRequest<DestroyGuardRequest & { readonly storage?: ForeignVolumesRequest }>();
  const refusal =
    (await commandRefusal(kubectl, request)) ?? (request.storage && (await foreignVolumesOn(kubectl, request.storage)));
  if (refusal !== undefined) throw new Refused(`Nothing was deleted. ${refusal}`);
});
