import { main } from "../support/progress";
import { ensureCliAndPlugins } from "./installed";

// Builds or downloads Pulumi before the tests begin, with visible progress: inside a test it would be minutes of silence.
main(async () => {
  await ensureCliAndPlugins();
});
