import { exportLines, powerShellLines, shellExports } from "../cluster/environment";
import { isLabHere } from "../cluster/removal";
import { UserError } from "../support/progress";
import { isKindTrialHere, kindVariables } from "./kindTrial";

/**
 * Text for your shell's `eval`, or PowerShell's `Invoke-Expression`, that makes plain pulumi and kubectl work on the trial's cluster.
 * @throws UserError when there is no trial
 */
export function trialExports(): string {
  // In the order in which `npm run try` chooses.
  if (process.platform === "linux" && isLabHere()) return shellExports();
  if (isKindTrialHere()) {
    return process.platform === "win32" ? powerShellLines(kindVariables()) : exportLines(kindVariables());
  }
  throw new UserError("There is no trial on this machine. Start one: npm run try");
}
