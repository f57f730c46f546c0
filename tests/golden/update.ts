import * as fs from "node:fs";
import { goldenFile, stackResources } from "../support/golden";

const stacks = ["dev", "production", "openebs"];

async function update() {
  for (const stack of stacks) fs.writeFileSync(goldenFile(stack), await stackResources(stack));
}

update().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
