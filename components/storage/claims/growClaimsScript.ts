import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { type GrowClaimsRequest, growClaims } from "./growClaims";

runCommand(async (kubectl) => {
  const request = commandRequest<GrowClaimsRequest>();
  const names = await growClaims(kubectl, request);
  if (names.length > 0) process.stderr.write(`Grew ${names.join(", ")} to ${request.size}\n`);
});
