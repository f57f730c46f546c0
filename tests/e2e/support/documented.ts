import { codeBlocks, readPage } from "../../support/docPages";

/** Commands of a how-to, in their order: each shell block is one. @param page its file name in docs/how-to */
export function documentedCommands(page: string): string[] {
  return codeBlocks(readPage(`docs/how-to/${page}`))
    .filter(({ language }) => language === "bash")
    .map(({ code }) => code);
}
