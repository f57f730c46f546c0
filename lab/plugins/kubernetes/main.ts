import { byType } from "../support/byType";
import { serveProvider } from "../support/providerService";
import { KubernetesProvider } from "./provider";
import { Releases } from "./releases";

const objects = new KubernetesProvider();

void serveProvider(
  byType("4.34.2", { "kubernetes:helm.sh/v3:Release": new Releases(() => objects.settings) }, objects),
);
