import { commandRequest, previousOutput, Refused, runCommand } from "../kubectl/scriptRuntime";
import { type KeptRecord, recordFindings } from "./preflightRecord";

runCommand(async (kubectl) => {
  const { record } = commandRequest<{ readonly record: KeptRecord }>();
  const findings = await recordFindings(kubectl, record, previousOutput<KeptRecord>());
  if (findings.length === 0) return JSON.stringify(record);
  throw new Refused(
    `Nothing was changed. Only a preflight that was replaced has passed this; fix it first:\n` +
      findings.map((finding) => `  - ${finding}\n`).join("") +
      "Then replace the preflight's record once more: pulumi up --replace '**::preflight-check'",
  );
});
