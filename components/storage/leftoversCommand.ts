import { commandRequest, runCommand } from "../cluster/commandProcess";
import { assertOwnCluster, type GuardedRequest } from "../cluster/destroyGuard";
import { removeLeftovers } from "./leftovers";

runCommand(async (kubectl) => {
  const request = commandRequest<GuardedRequest & { readonly namespace: string }>();
  await assertOwnCluster(kubectl, request, "No claim, volume or CustomResourceDefinition was deleted.");
  await removeLeftovers(kubectl, request.namespace);
});
