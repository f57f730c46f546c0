import { serveProvider } from "../support/providerService";
import { KubernetesProvider } from "./provider";

void serveProvider(new KubernetesProvider());
