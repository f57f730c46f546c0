import { isProperties, open, plain, present, type Properties, sameValue } from "../support/propertyValues";
import type { CheckFailure } from "../support/provider";
import { type ChartSource, chartArguments } from "./helm";

/** Whole seconds that an installation may take where the program does not say. */
const defaultTimeoutSeconds = 300;

/** Inputs as the official provider completes them. */
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

/** Inputs that the stand-in knows. The others must be at their defaults. */
const known = [
  ...["atomic", "chart", "createNamespace", "name", "namespace", "repositoryOpts", "skipAwait", "skipCrds"],
  ...["timeout", "values", "version", "waitForJobs"],
];

/** A release's inputs, once they are complete and known. */
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

/** The inputs with all that the official provider adds to them. */
export function completed(news: Properties, names: { readonly name: string; readonly namespace: string }): Properties {
  // The SDK adds `compat` to every release, which means nothing.
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

/** Reads complete inputs, or a state, which has them too. */
export function releaseInputs(properties: Properties): ReleaseInputs {
  return plain(properties) as unknown as ReleaseInputs;
}

/** What the program asks for and the stand-in cannot do. */
export function leftOut(inputs: Properties): CheckFailure[] {
  const repository = open(inputs.repositoryOpts);
  const options = isProperties(repository) ? present(repository) : [];
  const names = [
    ...present(inputs).flatMap(([name, value]) =>
      known.includes(name) || sameValue(value, defaults[name]) ? [] : [name],
    ),
    ...options.flatMap(([name, value]) => (name === "repo" || open(value) === "" ? [] : [`repositoryOpts.${name}`])),
  ];
  return names.map((property) => ({ property, reason: "is not in the stand-in: see lab/plugins/README.md" }));
}

export function chartSource({ chart, version, repositoryOpts }: ReleaseInputs): ChartSource {
  const repo = repositoryOpts?.repo;
  return { chart, repo: repo === "" ? undefined : repo, version: version === "" ? undefined : version };
}

/** What `helm install` or `helm upgrade` is told, besides the values. */
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
