import { main } from "../../../lab/support/progress";
import { ensureSchemas } from "./schemas";
import { ensureKubeconform, ensureKubeScore } from "./tools";

// Built in the open before the tests begin: in a test it would be minutes of silence.
main(async () => {
  await ensureKubeconform();
  await ensureKubeScore();
  await ensureSchemas();
});
