import { commandRequest, runCommand } from "../kubectl/scriptRuntime";
import { dropFormerUsers, type FormerUsersRequest } from "./databaseUsers";

runCommand(async (kubectl) => {
  const former = await dropFormerUsers(kubectl, commandRequest<FormerUsersRequest>());
  if (former.length > 0) process.stderr.write(`Dropped the database's user ${former.join(", ")}\n`);
});
