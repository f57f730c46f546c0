import { commandRequest, Refused, runCommand } from "../cluster/commandProcess";
import type { DiskPool, Volume } from "../cluster/objects";
import { foreignVolumes, type ForeignVolumesRequest } from "./foreignVolumes";
import { listIfKnown } from "./listIfKnown";
import { diskPoolKind, openEbsName } from "./openEbsNames";

runCommand(async (kubectl) => {
  const request = commandRequest<ForeignVolumesRequest>();
  const [volumes, pools] = await Promise.all([
    kubectl.list<Volume>("persistentvolumes"),
    listIfKnown<DiskPool>(kubectl, diskPoolKind, openEbsName),
  ]);
  const foreign = foreignVolumes(request, volumes, pools);
  if (foreign.length === 0) return;
  throw new Refused(
    `Nothing was deleted: this stack's storage holds data that is not the stack's:\n` +
      foreign.map((line) => `  - ${line}\n`).join("") +
      "Move or delete it first, then again: pulumi destroy",
  );
});
