import { commandRequest, runCommand, UserError } from "../../kubectl/scriptRuntime";
import { assertOwnCluster } from "../../kubectl/destroyGuard";
import type { Claim, Volume } from "../../kubernetes/objects";
import { pollUntilEmpty } from "../../kubectl/polling";
import { deleteClaims, remainingClaimsAndVolumes, type DeleteClaimsRequest } from "./deleteClaims";

/** Timeout of the deletion of claims and volumes, in whole seconds. */
const timeoutSeconds = 300;

runCommand(async (kubectl) => {
  const request = commandRequest<DeleteClaimsRequest>();
  const { namespace } = request;
  await assertOwnCluster(kubectl, request, "No claim was deleted.");
  if (request.dataRetention === "retain") return;
  await deleteClaims(kubectl, request);
  const readRemaining = async () => {
    const [claims, volumes] = await Promise.all([
      kubectl.list<Claim>("persistentvolumeclaims", namespace),
      kubectl.list<Volume>("persistentvolumes"),
    ]);
    return remainingClaimsAndVolumes(namespace, claims, volumes);
  };
  await pollUntilEmpty(
    timeoutSeconds,
    readRemaining,
    (remaining) =>
      new UserError(
        `Not deleted after ${timeoutSeconds} s: ${remaining.join("; ")}.\n` +
          `Inspect: kubectl --namespace ${namespace} describe persistentvolumeclaim. Then run again: pulumi destroy`,
      ),
  );
});
