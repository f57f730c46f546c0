import { commandRequest, previousOutput, runCommand, UserError } from "../kubectl/scriptRuntime";
import { preflightFailure } from "./checks";
import { type KeptResult, keptResultFindings } from "./keptResult";

runCommand(async (kubectl) => {
  const { record: result } = commandRequest<{ readonly record: KeptResult }>();
  const findings = await keptResultFindings(kubectl, result, previousOutput<KeptResult>());
  if (findings.length === 0) return JSON.stringify(result);
  throw new UserError(
    `${preflightFailure(findings)}\nThe replaced preflight did not compare with its previous result. Fix this, then replace it ` +
      "again: pulumi up --replace '**::preflight-check'",
  );
});
