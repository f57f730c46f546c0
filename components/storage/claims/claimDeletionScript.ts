import { commandRequest, Refused, runCommand } from "../../kubectl/scriptRuntime";
import { assertOwnCluster } from "../../kubectl/ownCluster";
import type { Claim, Volume } from "../../kubernetes/objects";
import { untilNoneLeft } from "../../kubectl/polling";
import { deleteClaims, unreleased, type VolumeReleaseRequest } from "./claimDeletion";

/** Whole seconds that the cluster may take to delete the volumes of a stack that goes. */
const patienceSeconds = 300;

runCommand(async (kubectl) => {
  const request = commandRequest<VolumeReleaseRequest>();
  const { namespace } = request;
  await assertOwnCluster(kubectl, request, "No claim was deleted.");
  if (request.dataRetention === "retain") return;
  await deleteClaims(kubectl, request);
  const stillThere = async () => {
    const [claims, volumes] = await Promise.all([
      kubectl.list<Claim>("persistentvolumeclaims", namespace),
      kubectl.list<Volume>("persistentvolumes"),
    ]);
    return unreleased(namespace, claims, volumes);
  };
  await untilNoneLeft(
    patienceSeconds,
    stillThere,
    (left) =>
      new Refused(
        `Not gone after ${patienceSeconds} s: ${left.join("; ")}.\n` +
          `Look: kubectl --namespace ${namespace} describe persistentvolumeclaim. Then again: pulumi destroy`,
      ),
  );
});
