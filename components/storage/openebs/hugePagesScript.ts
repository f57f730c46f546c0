import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { untilHugePages } from "./hugePages";

runCommand((kubectl) => untilHugePages(kubectl, commandRequest<{ readonly nodes: readonly string[] }>().nodes));
