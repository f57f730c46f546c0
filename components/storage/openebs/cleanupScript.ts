import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { assertOwnCluster, type GuardedRequest } from "../../kubectl/ownCluster";
import { removeLeftovers } from "./cleanup";

runCommand(async (kubectl) => {
  const request = commandRequest<GuardedRequest & { readonly namespace: string }>();
  await assertOwnCluster(kubectl, request, "No claim, volume or CustomResourceDefinition was deleted.");
  await removeLeftovers(kubectl, request.namespace);
});
