import { foreignVolumesOn } from "../storage/foreignVolumesCommand";
import type { ForeignVolumesRequest } from "../storage/foreignVolumes";
import { commandCluster, commandRequest, Refused, runCommand } from "./commandProcess";
import { destroyRefusal, type DestroyGuardRequest } from "./destroyGuard";

runCommand(async (kubectl) => {
  const request = commandRequest<DestroyGuardRequest & { readonly storage?: ForeignVolumesRequest }>();
  const { kubeconfig, context } = commandCluster();
  const refusal =
    (await destroyRefusal(kubectl, request, { context, hasOwnKubeconfig: kubeconfig !== undefined })) ??
    (request.storage && (await foreignVolumesOn(kubectl, request.storage)));
  if (refusal !== undefined) throw new Refused(`Nothing was deleted. ${refusal}`);
});
