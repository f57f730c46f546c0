import { main } from "../../../lab/support/progress";
import { ensureSchemas } from "./schemas";
import { ensureKubeconform, ensureKubeScore } from "./tools";

// Builds the tools before the tests begin, with visible progress: inside a test it would be minutes of silence.
main(async () => {
  await ensureKubeconform();
  await ensureKubeScore();
  await ensureSchemas();
});
