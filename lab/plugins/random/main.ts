import { propertyChanges } from "../support/propertyDiff";
import {
  isProperties,
  open,
  plain,
  present,
  type Properties,
  type PropertyValue,
  Secret,
  unknown,
} from "../support/propertyValues";
import type { CheckFailure, Provider } from "../support/provider";
import { refuse, serveProvider } from "../support/providerService";
import { importedText } from "./imports";
import { type RandomResource, randomResources } from "./resources";
import { failures } from "./validation";

const provider: Provider = {
  version: "4.21.2",
  check({ type, news }) {
    const kind = resource(type);
    const known = [...kind.required, ...kind.optional, "keepers"];
    const unexpected: CheckFailure[] = Object.keys(news)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        property: name,
        reason: `${type} has no input "${name}", or the stand-in does not support it`,
      }));
    return { inputs: news, failures: [...unexpected, ...failures(kind, news)] };
  },
  // Random values are never updated in place: a changed input replaces the resource, unless it only states a default explicitly.
  diff({ type, oldInputs, news }) {
    const kind = resource(type);
    const changes = propertyChanges(settled(kind, oldInputs), settled(kind, news));
    return { changes: changes.map((change) => ({ ...change, replaces: true })) };
  },
  create({ type, inputs, preview }) {
    const kind = resource(type);
    if (preview) {
      const later = Object.fromEntries(kind.drawn.map((name) => [name, unknown]));
      return { id: "", outputs: { ...settled(kind, inputs), ...later } };
    }
    const { id, outputs } = kind.draw(kind.settled(plain(inputs)));
    return { id, outputs: { ...settled(kind, inputs), ...outputs, id } };
  },
  // An input without effect, such as an explicit default, still updates the inputs in the state.
  update: ({ type, state, news }) => ({ ...state, ...settled(resource(type), news) }),
  delete: () => undefined,
  read({ type, id, oldInputs, state }) {
    resource(type);
    if (Object.keys(state).length > 0) return { id, inputs: oldInputs, outputs: state };
    return importedText(type, id);
  },
};

function resource(type: string): RandomResource {
  return randomResources[type] ?? refuse(type);
}

/** The inputs with defaults. */
function settled(kind: RandomResource, inputs: Properties): Properties {
  return { ...kind.settled(plain(inputs)), ...inputs, keepers: keepers(inputs.keepers) };
}

/** Normalizes keepers for comparison: null equals a missing keeper, and an empty map equals none. */
function keepers(given: PropertyValue | undefined): PropertyValue | undefined {
  if (given instanceof Secret) {
    const inner = keepers(given.value);
    return inner === undefined ? undefined : new Secret(inner);
  }
  if (!isProperties(given)) return given ?? undefined;
  const kept = present(given).filter(([, value]) => open(value) !== null);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

void serveProvider(provider);
