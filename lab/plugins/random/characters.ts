import { randomInt } from "node:crypto";

/** The characters that a random text consists of. */
export interface CharacterRules {
  readonly length: number;
  readonly upper: boolean;
  readonly lower: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  /** The special characters, instead of the usual ones; empty for the usual ones. */
  readonly overrideSpecial: string;
  readonly minUpper: number;
  readonly minLower: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
}

const upperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const lowerCase = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const specials = "!@#$%&*()-_=+[]{}<>:?";

/**
 * Generates a random text with the operating system's generator. Each minimum is met, even if its kind of characters is off.
 * @throws Error if all kinds of characters are off
 */
export function randomText(rules: CharacterRules): string {
  const special = rules.overrideSpecial || specials;
  const kinds: readonly [string, boolean, number][] = [
    [upperCase, rules.upper, rules.minUpper],
    [lowerCase, rules.lower, rules.minLower],
    [digits, rules.numeric, rules.minNumeric],
    [special, rules.special, rules.minSpecial],
  ];
  const demanded = kinds.flatMap(([characters, , count]) => picked(characters, count));
  const all = kinds.flatMap(([characters, wanted]) => (wanted ? [characters] : [])).join("");
  const missing = rules.length - demanded.length;
  if (all === "") throw new Error("all of upper, lower, numeric and special are off: there is no character to use");
  return shuffled([...demanded, ...picked(all, missing)]).join("");
}

function picked(characters: string, count: number): string[] {
  const whole = [...characters];
  return Array.from({ length: count }, () => whole[randomInt(whole.length)] ?? "");
}

function shuffled(characters: readonly string[]): string[] {
  const result = [...characters];
  for (let last = result.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other] ?? "", result[last] ?? ""];
  }
  return result;
}
