import type { Figures } from "./round";
import { median, type Spread, spread } from "./statistics";

/** Figures of both sites in one round. */
export interface Round {
  readonly tutorial: Figures;
  readonly program: Figures;
}

/** The required ratio of the program's figure to the tutorial's. */
export interface Goal {
  readonly is: "at least" | "at most";
  readonly ratio: number;
}

interface Measure {
  readonly title: string;
  readonly unit: string;
  /** Undefined for a figure that is only reported. */
  readonly goal?: Goal;
  readonly of: (figures: Figures) => number;
  /** The figure to compare with. @default the same figure of the tutorial's manifests */
  readonly baseline?: (round: Round) => number;
}

const atLeast = (ratio: number): Goal => ({ is: "at least", ratio });
const atMost = (ratio: number): Goal => ({ is: "at most", ratio });

const measures: readonly Measure[] = [
  { title: "front page, anonymous", unit: "requests/s", goal: atLeast(100), of: ({ frontPage }) => frontPage },
  {
    title: "front page, compared with a static file of the tutorial's Apache",
    unit: "requests/s",
    goal: atLeast(0.5),
    of: ({ frontPage }) => frontPage,
    baseline: ({ tutorial }) => tutorial.staticFile,
  },
  { title: "20 random posts, anonymous", unit: "requests/s", goal: atLeast(50), of: ({ posts }) => posts },
  { title: "dashboard, logged in", unit: "requests/s", goal: atLeast(1.2), of: ({ dashboard }) => dashboard },
  {
    title: "p99 of the front page, with one writer",
    unit: "ms",
    goal: atMost(0.1),
    of: ({ frontPageWhileWritten }) => frontPageWhileWritten,
  },
  { title: "1 to 3 pods, until all three serve", unit: "s", goal: atMost(0.6), of: ({ scaled }) => scaled },
  { title: "memory of a pod at rest", unit: "MiB", goal: atMost(1), of: ({ memoryAtRest }) => memoryAtRest },
  { title: "memory of a pod under load", unit: "MiB", goal: atMost(1), of: ({ memoryUnderLoad }) => memoryUnderLoad },
  {
    title: "pulumi preview, nothing changed, compared with an empty program",
    unit: "s",
    goal: atMost(1.5),
    of: ({ commandTimes }) => commandTimes?.preview ?? NaN,
    baseline: ({ program }) => program.commandTimes?.previewOfEmpty ?? NaN,
  },
  {
    title: "pulumi up, nothing changed, compared with an empty program",
    unit: "s",
    goal: atMost(1.5),
    of: ({ commandTimes }) => commandTimes?.up ?? NaN,
    baseline: ({ program }) => program.commandTimes?.upOfEmpty ?? NaN,
  },
  { title: "static file", unit: "requests/s", of: ({ staticFile }) => staticFile },
  { title: "from an empty cluster to an installed site", unit: "s", of: ({ installed }) => installed },
];

/** One line of the table. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  readonly goal: Goal | undefined;
  /** Median of the rounds, or of an empty program where the title says so. */
  readonly tutorial: number;
  readonly program: number;
  /** Spread of the rounds' ratios. */
  readonly ratio: Spread;
  /** Whether the median of the ratios meets the goal; undefined without a goal. */
  readonly isMet: boolean | undefined;
}

/** @param rounds at least one */
export function rows(rounds: readonly Round[]): Row[] {
  return measures.map(({ title, unit, goal, of, baseline = ({ tutorial }) => of(tutorial) }) => {
    const tutorial = rounds.map(baseline);
    const program = rounds.map((round) => of(round.program));
    const ratio = spread(rounds.map((round) => of(round.program) / baseline(round)));
    const isMet = goal && (goal.is === "at least" ? ratio.median >= goal.ratio : ratio.median <= goal.ratio);
    return { title, unit, goal, tutorial: median(tutorial), program: median(program), ratio, isMet };
  });
}
