import { commandRequest, runCommand } from "../kubectl/scriptRuntime";
import { recordSeries } from "./databaseFiles";
import { ensurePassword, type PreparedUser, prepareUser, serverVersion } from "./databaseUsers";

/**
 * With a user's name the script sets that user's password on the running server, and records the server's series. Without one it prepares
 * a user and prints the name.
 */
runCommand(async (kubectl) => {
  const { user, ...request } = commandRequest<PreparedUser & { readonly user?: string }>();
  if (user === undefined) return prepareUser(kubectl, request);
  await ensurePassword(kubectl, { ...request, user });
  await recordSeries(kubectl, request.namespace, await serverVersion(kubectl, request.namespace));
});
