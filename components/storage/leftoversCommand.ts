import { commandRequest, runCommand } from "../cluster/commandProcess";
import { removeLeftovers } from "./leftovers";

runCommand((kubectl) => removeLeftovers(kubectl, commandRequest<{ readonly namespace: string }>().namespace));
