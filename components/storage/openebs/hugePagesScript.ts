import { commandRequest, runCommand } from "../../kubectl/scriptRuntime";
import { awaitHugePages } from "./hugePages";

runCommand((kubectl) => awaitHugePages(kubectl, commandRequest<{ readonly nodes: readonly string[] }>().nodes));
