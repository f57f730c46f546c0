import { main } from "../support/progress";
import { buildImages } from "./build";
import { installTestTools } from "./tools";

// Builds what the image tests need before they begin: once for all parallel specs, and with visible progress.
main(async () => {
  await installTestTools();
  await buildImages();
});
