import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** The `runtime.options` of a project file. */
export interface RuntimeOptions {
  /** Whether TypeScript is compiled while it is loaded. @default true */
  readonly typescript: boolean;
  /** Path of the tsconfig.json to use. @default the program's own */
  readonly tsconfig?: string;
  /** Arguments for node. */
  readonly nodeArguments: readonly string[];
  /** The package manager: npm, yarn, pnpm or bun. @default from the lock file, else npm */
  readonly packageManager?: PackageManager;
}

export const packageManagers = ["npm", "yarn", "pnpm", "bun"] as const;
export type PackageManager = (typeof packageManagers)[number];

/** @throws Error with the official language host's message if an option has the wrong type */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const typescript = optional(options.typescript, "boolean", "typescript option must be a boolean") ?? true;
  const tsconfig = optional(options.tsconfig, "string", "tsconfigpath option must be a string");
  const nodeArguments = words(optional(options.nodeargs, "string", "nodeargs option must be a string") ?? "");
  const packageManager = optional(options.packagemanager, "string", "packagemanager option must be a string") ?? "auto";
  if (packageManager === "auto") return { typescript, nodeArguments, ...(tsconfig && { tsconfig }) };
  if (!isPackageManager(packageManager)) {
    throw new Error(`packagemanager option must be one of auto, npm, yarn, pnpm or bun, got "${packageManager}"`);
  }
  return { typescript, nodeArguments, packageManager, ...(tsconfig && { tsconfig }) };
}

/** The environment variables that pass the options to the SDK. */
export function optionVariables({ typescript, tsconfig }: RuntimeOptions): Record<string, string> {
  return {
    ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

/** Splits a text into words like a shell, without expansions. */
export function words(text: string): string[] {
  const found = text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return found.map((word) =>
    word.replace(
      /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, escaped?: string, double?: string, single?: string) =>
        escaped ?? single ?? (double ?? "").replace(/\\(["\\$`])/g, "$1"),
    ),
  );
}

function isPackageManager(name: string): name is PackageManager {
  return packageManagers.some((known) => known === name);
}

interface OptionTypes {
  boolean: boolean;
  string: string;
}

function optional<T extends keyof OptionTypes>(value: unknown, type: T, message: string): OptionTypes[T] | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== type) throw new Error(message);
  return value as OptionTypes[T];
}
