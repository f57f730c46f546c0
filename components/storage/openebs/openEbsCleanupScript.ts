import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { assertOwnCluster, type GuardedRequest } from "../../kubectl/destroyGuard";
import { cleanUpOpenEbs } from "./openEbsCleanup";

runCommand(async (kubectl) => {
  const request = commandRequest<GuardedRequest & { readonly namespace: string }>();
  await assertOwnCluster(kubectl, request, "No claim, volume or CustomResourceDefinition was deleted.");
  await cleanUpOpenEbs(kubectl, request.namespace);
});
