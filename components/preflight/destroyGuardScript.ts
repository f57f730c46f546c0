import { commandRefusal, type DestroyGuardRequest } from "../kubectl/destroyGuard";
import { commandRequest, runCommand, UserError } from "../kubectl/scriptRuntime";
import { storageDestroyRefusal, type StorageGuardRequest } from "../storage/openebs/volumesOfOtherWorkloads";

runCommand(async (kubectl) => {
  const request = commandRequest<DestroyGuardRequest & { readonly storage?: StorageGuardRequest }>();
  const refusal =
    (await commandRefusal(kubectl, request)) ??
    (request.storage && (await storageDestroyRefusal(kubectl, request.storage)));
  if (refusal !== undefined) throw new UserError(`Nothing was deleted. ${refusal}`);
});
