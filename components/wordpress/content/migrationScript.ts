import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { migrate, type MigrationRequest } from "./migration";

runCommand(async (kubectl) => {
  const request = commandRequest<MigrationRequest>();
  const lines = await migrate(kubectl, request, (line) => process.stderr.write(`${line}\n`));
  return lines.join("\n");
});
