import * as fs from "node:fs";
import { goldenFile, goldenStacks, renderGolden } from "../support/golden";

async function update() {
  for (const stack of goldenStacks) fs.writeFileSync(goldenFile(stack), await renderGolden(stack));
}

update().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
