import { commandRequest, UserError, runCommand } from "../../kubectl/scriptRuntime";
import { assertOwnCluster } from "../../kubectl/destroyGuard";
import type { Claim, Volume } from "../../kubernetes/objects";
import { pollUntilEmpty } from "../../kubectl/polling";
import { deleteClaims, remainingVolumes, type DeleteClaimsRequest } from "./deleteClaims";

/** Whole seconds that the cluster may take to delete the volumes of a stack that goes. */
const patienceSeconds = 300;

runCommand(async (kubectl) => {
  const request = commandRequest<DeleteClaimsRequest>();
  const { namespace } = request;
  await assertOwnCluster(kubectl, request, "No claim was deleted.");
  if (request.dataRetention === "retain") return;
  await deleteClaims(kubectl, request);
  const stillThere = async () => {
    const [claims, volumes] = await Promise.all([
      kubectl.list<Claim>("persistentvolumeclaims", namespace),
      kubectl.list<Volume>("persistentvolumes"),
    ]);
    return remainingVolumes(namespace, claims, volumes);
  };
  await pollUntilEmpty(
    patienceSeconds,
    stillThere,
    (left) =>
      new UserError(
        `Not gone after ${patienceSeconds} s: ${left.join("; ")}.\n` +
          `Look: kubectl --namespace ${namespace} describe persistentvolumeclaim. Then again: pulumi destroy`,
      ),
  );
});
