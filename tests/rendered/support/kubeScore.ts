import * as path from "node:path";
import { kubernetesVersion } from "../../../lab/kubernetes/build";
import { inFiles, type Objects, type RenderedStack } from "./objects";
import { ensureKubeScore, printedBy } from "./tools";

/** A finding that may be there. */
export interface Exception {
  /** Id of kube-score's check: `kube-score list` has them all. */
  readonly check: string;
  /** The names of the objects' resources. */
  readonly objects: readonly string[];
  /** The stacks in which it may be there. @default all */
  readonly stacks?: readonly RenderedStack[];
  /** Why it is better like this. */
  readonly reason: string;
}

/** What kube-score says of objects. */
export interface Score {
  /** The objects that there are checks for, by the names of their resources. */
  readonly scored: readonly string[];
  /** Each check that an object does not pass, as `check object`. */
  readonly findings: readonly string[];
}

/**
 * Checks that are off unless they are named. Those that want requests to equal limits stay off: pods here ask for what they
 * need at rest, and may take more while they work.
 */
const optionalChecks = ["container-seccomp-profile", "container-ports-check"];

/** kube-score's grades are from 1, critical, to 10. This one is a warning, the next is as good as all right. */
const warning = 5;

/** What kube-score prints of an object. */
interface Printed {
  readonly file_name: string;
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
  }[];
}

/** Asks kube-score about objects, all together: it knows which Service and which policy are for which pods. */
export async function score(objects: Objects): Promise<Score> {
  const kubeScore = await ensureKubeScore();
  const [major, minor] = kubernetesVersion.split(".");
  const options = [
    ...["--output-format", "json", "--kubernetes-version", `v${major}.${minor}`],
    ...optionalChecks.flatMap((check) => ["--enable-optional-test", check]),
    // An exception is argued in the table, and nowhere else.
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

/** The findings of each stack that no exception is for, as `stack: check object`. */
export function unargued(scores: ReadonlyMap<RenderedStack, Score>, exceptions: readonly Exception[]): string[] {
  return [...scores].flatMap(([stack, { findings }]) => {
    const argued = exceptions.filter((exception) => isFor(exception, stack)).flatMap(findingsOf);
    return findings.filter((finding) => !argued.includes(finding)).map((finding) => `${stack}: ${finding}`);
  });
}

/** What exceptions are for and none of their stacks has, as `check object`. */
export function unneeded(scores: ReadonlyMap<RenderedStack, Score>, exceptions: readonly Exception[]): string[] {
  return exceptions.flatMap((exception) => {
    const found = [...scores].flatMap(([stack, { findings }]) => (isFor(exception, stack) ? findings : []));
    return findingsOf(exception).filter((finding) => !found.includes(finding));
  });
}

const isFor = ({ stacks }: Exception, stack: RenderedStack) => stacks?.includes(stack) ?? true;
const findingsOf = ({ check, objects }: Exception) => objects.map((object) => `${check} ${object}`);
