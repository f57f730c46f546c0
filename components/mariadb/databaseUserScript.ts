import { commandRequest, runCommand } from "../kubectl/scriptRuntime";
import { ensurePassword, type PreparedUser, prepareUser } from "./databaseUsers";

/** With a user's name it is asked to see to that one, without one to say who it is. */
runCommand((kubectl) => {
  const { user, ...request } = commandRequest<PreparedUser & { readonly user?: string }>();
  return user === undefined ? prepareUser(kubectl, request) : ensurePassword(kubectl, { ...request, user });
});
