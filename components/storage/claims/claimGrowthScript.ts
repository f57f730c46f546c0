import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { type ClaimGrowthRequest, growClaims } from "./claimGrowth";

runCommand(async (kubectl) => {
  const request = commandRequest<ClaimGrowthRequest>();
  const grown = await growClaims(kubectl, request);
  if (grown.length > 0) process.stderr.write(`Grew ${grown.join(", ")} to ${request.size}\n`);
});
