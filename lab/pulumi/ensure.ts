import { main } from "../support/progress";
import { ensureCliAndPlugins } from "./installed";

// What tests need of Pulumi is built, and asked for, in the open before they begin: in a test it would be minutes of silence.
main(async () => {
  await ensureCliAndPlugins();
});
