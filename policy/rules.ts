import type { Rule } from "./rule";
import { limitsSet } from "./rules/limitsSet";
import { noLatestTag } from "./rules/noLatestTag";
import { noPlainSecrets } from "./rules/noPlainSecrets";
import { restricted } from "./rules/restricted";
import { retainInProduction } from "./rules/retainInProduction";

/** All rules of the policy pack. */
export const rules: readonly Rule[] = [noLatestTag, limitsSet, noPlainSecrets, retainInProduction, restricted];
