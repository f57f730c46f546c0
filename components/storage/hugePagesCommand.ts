import { commandRequest, runCommand } from "../cluster/commandProcess";
import { untilHugePages } from "./hugePages";

runCommand((kubectl) => untilHugePages(kubectl, commandRequest<{ readonly nodes: readonly string[] }>().nodes));
