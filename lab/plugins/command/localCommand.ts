import { randomBytes } from "node:crypto";
import { propertyChanges } from "../support/propertyDiff";
import {
  holdsSecret,
  holdsUnknown,
  plain,
  type PlainObject,
  present,
  type Properties,
  sameValue,
  Secret,
  unknown,
} from "../support/propertyValues";
import type { Provider, ResourceRequest } from "../support/provider";
import { refuse } from "../support/providerService";
import { type CommandOutput, runShell } from "./runShell";
import { failures } from "./validation";

/** The provider of `command.local.Command`. */
export const localCommand: Provider = {
  version: "1.2.1",
  check({ type, news }) {
    known(type);
    return { inputs: news, failures: failures(news) };
  },
  diff: ({ oldInputs, news }) => ({
    changes: propertyChanges(oldInputs, news).map((change) => ({
      ...change,
      replaces: change.property === "triggers",
    })),
  }),
  async create(request) {
    const { name, inputs, preview } = request;
    if (preview) return { id: "", outputs: { ...inputs, ...guarded(inputs, { stdout: unknown, stderr: unknown }) } };
    const output = await runIfAny(request, plain(inputs), "create");
    return {
      id: `${name}${randomBytes(4).toString("hex")}`,
      outputs: { ...inputs, ...guarded(inputs, { ...output }) },
    };
  },
  async update(request) {
    const { news, state, preview } = request;
    if (preview) return { ...news, ...guarded(news, expected(state, news)) };
    const inputs = plain(news);
    const which = typeof inputs.update === "string" ? "update" : "create";
    const output = await runIfAny(request, inputs, which, outputOf(state));
    return { ...news, ...guarded(news, { ...output }) };
  },
  async delete(request) {
    await runIfAny(request, plain(request.state), "delete", outputOf(request.state));
  },
  read: ({ id, oldInputs, state }) => ({ id, inputs: oldInputs, outputs: state }),
};

function known(type: string): void {
  if (type !== "command:local:Command") refuse(type);
}

/** Runs the script of that name; without one, what the last run printed stays. */
async function runIfAny(
  request: ResourceRequest,
  inputs: PlainObject,
  which: "create" | "update" | "delete",
  last: CommandOutput = { stdout: "", stderr: "" },
): Promise<CommandOutput> {
  const script = inputs[which];
  return typeof script === "string" ? runShell({ script, inputs, last, request }) : last;
}

function outputOf(state: Properties): CommandOutput {
  const { stdout, stderr } = plain(state);
  return { stdout: typeof stdout === "string" ? stdout : "", stderr: typeof stderr === "string" ? stderr : "" };
}

/**
 * What a preview can say of the output of a run that is due: nothing, unless all that changes is inputs that the last run
 * did not have. The official plugin then answers with the last output.
 */
function expected(state: Properties, news: Properties): Properties {
  const { stdout, stderr, ...olds } = state;
  const isOpen = holdsUnknown(news) || present(olds).some(([name, value]) => !sameValue(value, news[name]));
  return isOpen ? { stdout: unknown, stderr: unknown } : { stdout, stderr };
}

/** What a command prints may hold what it was given: with a secret among the inputs, it is secret too. */
function guarded(inputs: Properties, outputs: Properties): Properties {
  if (!holdsSecret(inputs)) return outputs;
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) => (value === undefined ? [] : [[name, new Secret(value)]])),
  );
}
