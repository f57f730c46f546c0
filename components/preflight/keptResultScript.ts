import { commandRequest, previousOutput, UserError, runCommand } from "../kubectl/scriptRuntime";
import { type KeptResult, keptResultFindings } from "./keptResult";

runCommand(async (kubectl) => {
  const { record } = commandRequest<{ readonly record: KeptResult }>();
  const findings = await keptResultFindings(kubectl, record, previousOutput<KeptResult>());
  if (findings.length === 0) return JSON.stringify(record);
  throw new UserError(
    `Nothing was changed. Only a preflight that was replaced has passed this; fix it first:\n` +
      findings.map((finding) => `  - ${finding}\n`).join("") +
      "Then replace the preflight's record once more: pulumi up --replace '**::preflight-check'",
  );
});
