import { commandRequest, runCommand } from "../kubectl/scriptRuntime";
import { ensurePassword, type PreparedUser, prepareUser } from "./databaseUsers";

/** With a user's name the script sets that user's password. Without one it prepares a user and prints the name. */
runCommand((kubectl) => {
  const { user, ...request } = commandRequest<PreparedUser & { readonly user?: string }>();
  return user === undefined ? prepareUser(kubectl, request) : ensurePassword(kubectl, { ...request, user });
});
