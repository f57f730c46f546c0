import type { Figures } from "./round";
import { median, type Spread, spread } from "./statistics";

/** Both sites, in one round. */
export interface Round {
  readonly chapter: Figures;
  readonly program: Figures;
}

/** What is wanted of the program's figure, divided by the chapter's. */
export interface Goal {
  readonly is: "at least" | "at most";
  readonly ratio: number;
}

interface Measure {
  readonly title: string;
  readonly unit: string;
  /** Undefined where it is only reported. */
  readonly goal?: Goal;
  readonly of: (figures: Figures) => number;
  /** What that is compared with. @default the chapter's same figure */
  readonly beside?: (round: Round) => number;
}

const atLeast = (ratio: number): Goal => ({ is: "at least", ratio });
const atMost = (ratio: number): Goal => ({ is: "at most", ratio });

const measures: readonly Measure[] = [
  { title: "front page, anonymous", unit: "requests/s", goal: atLeast(100), of: ({ frontPage }) => frontPage },
  {
    title: "front page, beside a static file of the chapter's Apache",
    unit: "requests/s",
    goal: atLeast(0.5),
    of: ({ frontPage }) => frontPage,
    beside: ({ chapter }) => chapter.staticFile,
  },
  { title: "20 posts at random, anonymous", unit: "requests/s", goal: atLeast(50), of: ({ posts }) => posts },
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
    title: "pulumi preview, nothing changed, beside an empty program",
    unit: "s",
    goal: atMost(1.5),
    of: ({ commandTimes }) => commandTimes?.preview ?? NaN,
    beside: ({ program }) => program.commandTimes?.previewOfEmpty ?? NaN,
  },
  {
    title: "pulumi up, nothing changed, beside an empty program",
    unit: "s",
    goal: atMost(1.5),
    of: ({ commandTimes }) => commandTimes?.up ?? NaN,
    beside: ({ program }) => program.commandTimes?.upOfEmpty ?? NaN,
  },
  { title: "static file", unit: "requests/s", of: ({ staticFile }) => staticFile },
  { title: "from nothing to an installed site", unit: "s", of: ({ installed }) => installed },
];

/** One line of the table. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  readonly goal: Goal | undefined;
  /** Medians of the rounds; of an empty program's where the title says so. */
  readonly chapter: number;
  readonly program: number;
  /** Of the ratios of each round. */
  readonly ratio: Spread;
  /** Whether the median of the ratios is what was wanted; undefined without a goal. */
  readonly isMet: boolean | undefined;
}

/** @param rounds at least one */
export function rows(rounds: readonly Round[]): Row[] {
  return measures.map(({ title, unit, goal, of, beside = ({ chapter }) => of(chapter) }) => {
    const chapter = rounds.map(beside);
    const program = rounds.map((round) => of(round.program));
    const ratio = spread(rounds.map((round) => of(round.program) / beside(round)));
    const isMet = goal && (goal.is === "at least" ? ratio.median >= goal.ratio : ratio.median <= goal.ratio);
    return { title, unit, goal, chapter: median(chapter), program: median(program), ratio, isMet };
  });
}
