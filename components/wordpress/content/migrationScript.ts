import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { migrateContent, type MigrationRequest } from "./migration";

runCommand(async (kubectl) => {
  const request = commandRequest<MigrationRequest>();
  const lines = await migrateContent(kubectl, request, (line) => process.stderr.write(`${line}\n`));
  return lines.join("\n");
});
