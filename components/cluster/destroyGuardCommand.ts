import { foreignVolumesOn } from "../storage/foreignVolumesCommand";
import type { ForeignVolumesRequest } from "../storage/foreignVolumes";
import { commandRequest, Refused, runCommand } from "./commandProcess";
import { commandRefusal, type DestroyGuardRequest } from "./destroyGuard";

runCommand(async (kubectl) => {
  const request = commandRequest<DestroyGuardRequest & { readonly storage?: ForeignVolumesRequest }>();
  const refusal =
    (await commandRefusal(kubectl, request)) ?? (request.storage && (await foreignVolumesOn(kubectl, request.storage)));
  if (refusal !== undefined) throw new Refused(`Nothing was deleted. ${refusal}`);
});
