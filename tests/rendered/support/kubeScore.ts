import * as path from "node:path";
import { kubernetesVersion } from "../../../lab/kubernetes/build";
import { inFiles, type Objects, type RenderedStack } from "./objects";
import { ensureKubeScore, printedBy } from "./tools";

/** An accepted finding. */
export interface Exception {
  /** ID of kube-score's check; `kube-score list` shows all. */
  readonly check: string;
  /** Resource names of the objects. */
  readonly objects: readonly string[];
  /** The stacks in which it is accepted. @default all */
  readonly stacks?: readonly RenderedStack[];
  /** Why it is accepted. */
  readonly reason: string;
}

/** kube-score's result for objects. */
export interface Score {
  /** Resource names of the objects that kube-score checks. */
  readonly scored: readonly string[];
  /** Each failed check of an object, as `check object`. */
  readonly findings: readonly string[];
}

/**
 * Optional checks to turn on. Those that require requests to equal limits stay off: pods here request what they need at rest, and may
 * use more under load.
 */
const optionalChecks = ["container-seccomp-profile", "container-ports-check"];

/** kube-score's grades range from 1, critical, to 10. Grades up to this one are warnings. */
const warning = 5;

/** kube-score's output for an object. */
interface Printed {
  readonly file_name: string;
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

/** Runs kube-score on all objects together, because it relates Services and policies to pods. */
export async function score(objects: Objects): Promise<Score> {
  const kubeScore = await ensureKubeScore();
  const [major, minor] = kubernetesVersion.split(".");
  const options = [
    ...["--output-format", "json", "--kubernetes-version", `v${major}.${minor}`],
    ...optionalChecks.flatMap((check) => ["--enable-optional-test", check]),
    // Exceptions belong only in the table.
    "--disable-ignore-checks-annotations",
  ];
  const printed = await inFiles(objects, (files) => printedBy(kubeScore, ["score", ...options, ...files]));
  const scored = (JSON.parse(printed) as Printed[]).map((object) => ({
    name: path.basename(object.file_name, ".json"),
    failed: object.checks.filter(({ grade, skipped }) => !skipped && grade <= warning),
  }));
  return {
    scored: scored.map(({ name }) => name).sort(),
    findings: scored.flatMap(({ name, failed }) => failed.map(({ check }) => `${check.id} ${name}`)).sort(),
  };
}

/** The findings of each stack without an exception, as `stack: check object`. */
export function unexplainedFindings(
  scores: ReadonlyMap<RenderedStack, Score>,
  exceptions: readonly Exception[],
): string[] {
  return [...scores].flatMap(([stack, { findings }]) => {
    const argued = exceptions.filter((exception) => isFor(exception, stack)).flatMap(findingsOf);
    return findings.filter((finding) => !argued.includes(finding)).map((finding) => `${stack}: ${finding}`);
  });
}

/** Exceptions without a finding in their stacks, as `check object`. */
export function unusedExceptions(
  scores: ReadonlyMap<RenderedStack, Score>,
  exceptions: readonly Exception[],
): string[] {
  return exceptions.flatMap((exception) => {
    const found = [...scores].flatMap(([stack, { findings }]) => (isFor(exception, stack) ? findings : []));
    return findingsOf(exception).filter((finding) => !found.includes(finding));
  });
}

const isFor = ({ stacks }: Exception, stack: RenderedStack) => stacks?.includes(stack) ?? true;
const findingsOf = ({ check, objects }: Exception) => objects.map((object) => `${check} ${object}`);
