import { commandRequest, runCommand } from "../kubectl/scriptRuntime";
import { dropPreviousUsers, type PreviousUsersRequest } from "./databaseUsers";

runCommand(async (kubectl) => {
  const dropped = await dropPreviousUsers(kubectl, commandRequest<PreviousUsersRequest>());
  if (dropped.length > 0) process.stderr.write(`Dropped the database's previous user ${dropped.join(", ")}\n`);
});
