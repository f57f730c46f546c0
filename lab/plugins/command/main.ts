import { serveProvider } from "../support/providerService";
import { localCommand } from "./localCommand";
import { endRunningShells } from "./runShell";

void serveProvider(localCommand, endRunningShells);
