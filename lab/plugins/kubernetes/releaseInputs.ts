import { isProperties, open, plain, present, type Properties, sameValue } from "../support/propertyValues";
import type { CheckFailure } from "../support/provider";
import { type ChartSource, chartArguments } from "./helm";

/** Default timeout of an installation in whole seconds. */
const defaultTimeoutSeconds = 300;

/** The official provider's default inputs. */
const defaults: Properties = {
  ...{ allowNullValues: false, atomic: false, chart: "", cleanupOnFail: false, createNamespace: false },
  ...{
    dependencyUpdate: false,
    description: "",
    devel: false,
    disableCRDHooks: false,
    disableOpenapiValidation: false,
  },
  ...{ disableWebhooks: false, forceUpdate: false, keyring: "", lint: false, postrender: "", recreatePods: false },
  ...{ renderSubchartNotes: false, replace: false, resetValues: false, reuseValues: false, skipAwait: false },
  ...{ skipCrds: false, timeout: defaultTimeoutSeconds, verify: false, version: "", waitForJobs: false },
};
const repositoryDefaults = { caFile: "", certFile: "", keyFile: "", password: "", repo: "", username: "" };

/** Inputs that the stand-in supports. All others must have their defaults. */
const known = [
  ...["atomic", "chart", "createNamespace", "name", "namespace", "repositoryOpts", "skipAwait", "skipCrds"],
  ...["timeout", "values", "version", "waitForJobs"],
];

/** A release's complete inputs, without unknown values. */
export interface ReleaseInputs {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts?: { readonly repo: string };
  readonly values?: Readonly<Record<string, unknown>>;
  /** Whole seconds. */
  readonly timeout: number;
  readonly atomic: boolean;
  readonly createNamespace: boolean;
  readonly skipAwait: boolean;
  readonly skipCrds: boolean;
  readonly waitForJobs: boolean;
}

/** The inputs with the official provider's additions. */
export function completed(news: Properties, names: { readonly name: string; readonly namespace: string }): Properties {
  // The SDK adds `compat` to every release; it has no effect.
  const { compat, ...given } = withoutNulls(news);
  void compat;
  const repository = open(given.repositoryOpts);
  return {
    ...defaults,
    ...given,
    name: isFilled(given.name) ? given.name : names.name,
    namespace: isFilled(given.namespace) ? given.namespace : names.namespace,
    ...(isProperties(repository) && { repositoryOpts: { ...repositoryDefaults, ...withoutNulls(repository) } }),
  };
}

/** Reads complete inputs, or a state, which includes them. */
export function releaseInputs(properties: Properties): ReleaseInputs {
  return plain(properties) as unknown as ReleaseInputs;
}

/** Inputs that the program sets and the stand-in does not support. */
export function leftOut(inputs: Properties): CheckFailure[] {
  const repository = open(inputs.repositoryOpts);
  const options = isProperties(repository) ? present(repository) : [];
  const names = [
    ...present(inputs).flatMap(([name, value]) =>
      known.includes(name) || sameValue(value, defaults[name]) ? [] : [name],
    ),
    ...options.flatMap(([name, value]) => (name === "repo" || open(value) === "" ? [] : [`repositoryOpts.${name}`])),
  ];
  return names.map((property) => ({ property, reason: "is not supported by the stand-in: see lab/plugins/README.md" }));
}

export function chartSource({ chart, version, repositoryOpts }: ReleaseInputs): ChartSource {
  const repo = repositoryOpts?.repo;
  return { chart, repo: repo === "" ? undefined : repo, version: version === "" ? undefined : version };
}

/** Arguments of `helm install` or `helm upgrade`, except for the values. */
export function helmArguments(verb: "install" | "upgrade", inputs: ReleaseInputs): string[] {
  const { name, namespace, timeout, atomic, createNamespace, skipAwait, skipCrds, waitForJobs } = inputs;
  return [
    ...[verb, name, ...chartArguments(chartSource(inputs))],
    ...["--namespace", namespace, "--timeout", `${timeout}s`, "--values=-"],
    ...(skipAwait ? [] : ["--wait"]),
    ...(waitForJobs && !skipAwait ? ["--wait-for-jobs"] : []),
    ...(atomic ? ["--atomic"] : []),
    ...(skipCrds ? ["--skip-crds"] : []),
    ...(createNamespace && verb === "install" ? ["--create-namespace"] : []),
  ];
}

function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(present(properties).filter(([, value]) => open(value) !== null));
}

function isFilled(value: Properties[string]): boolean {
  return value !== undefined && open(value) !== "";
}
