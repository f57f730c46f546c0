/** A parsed call of kubectl. */
export interface KubectlCall {
  /** `get`, `patch`, … */
  readonly verb: string;
  /** Words after the verb: kind and name. */
  readonly words: readonly string[];
  /** Values of the flags, without the dashes: `{ namespace: "wordpress" }`. */
  readonly flags: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input: string;
}

/** Parses the arguments of a call. Flags are long and have a value, `--flag value` or `--flag=value`. */
export function kubectlCall(args: readonly string[], input: string): KubectlCall {
  const words: string[] = [];
  const flags: Record<string, string> = {};
  for (const [index, word] of args.entries()) {
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) flags[name] = value ?? args[index + 1] ?? "";
    else if (!isFlagWithoutValue(args[index - 1])) words.push(word);
  }
  const [verb = "", ...rest] = words;
  return { verb, words: rest, flags, input };
}

function isFlagWithoutValue(word: string | undefined): boolean {
  return word !== undefined && word.startsWith("--") && !word.includes("=") && word !== "--all-namespaces";
}
