import { byType } from "../support/byType";
import { serveProvider } from "../support/providerService";
import { localCommand } from "./localCommand";
import { remoteCommand } from "./remoteCommand";
import { endRunningPrograms } from "./runProgram";

const provider = byType("1.2.1", {
  "command:local:Command": localCommand,
  "command:remote:Command": remoteCommand,
});

void serveProvider(provider, endRunningPrograms);
