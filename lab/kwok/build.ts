import * as path from "node:path";
import { goProgram, type GoProgram } from "../support/goPrograms";

/** The version of kwok that go.mod pins. */
const kwokVersion = "0.8.0";

/** kwok, which simulates the kubelets of nodes that exist only as objects. */
const kwokProgram: GoProgram = {
  name: "kwok",
  version: kwokVersion,
  folder: __dirname,
  package: "sigs.k8s.io/kwok/cmd/kwok",
  variables: {},
  env: { CGO_ENABLED: "0" },
};

/** Stages of nodes and pods, for `--config`. */
export const kwokStages = path.join(__dirname, "stages.yaml");

/** Path of kwok. Built once, into the cache. */
export async function ensureKwok(): Promise<string> {
  return goProgram(kwokProgram);
}
