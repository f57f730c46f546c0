import { main } from "../support/progress";
import { buildImages } from "./build";
import { installTestTools } from "./tools";

// What the images' tests need is built before they begin: in the open, and once, although they run side by side.
main(async () => {
  await installTestTools();
  await buildImages();
});
