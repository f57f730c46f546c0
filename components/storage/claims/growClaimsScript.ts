import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { type GrowClaimsRequest, growClaims } from "./growClaims";

runCommand(async (kubectl) => {
  const request = commandRequest<GrowClaimsRequest>();
  const grown = await growClaims(kubectl, request);
  if (grown.length > 0) process.stderr.write(`Grew ${grown.join(", ")} to ${request.size}\n`);
});
