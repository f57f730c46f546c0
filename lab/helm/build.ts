import { goProgram, type GoProgram } from "../support/goPrograms";

/** The version of Helm that go.mod pins. */
const helmVersion = "3.19.5";

const stamp = "helm.sh/helm/v3/internal/version";

/** Helm, with which the stand-in of Pulumi's Kubernetes plugin installs charts. */
const helmProgram: GoProgram = {
  name: "helm",
  version: helmVersion,
  folder: __dirname,
  package: "helm.sh/helm/v3/cmd/helm",
  variables: {
    [`${stamp}.version`]: `v${helmVersion}`,
    [`${stamp}.gitTreeState`]: "clean",
  },
  env: { CGO_ENABLED: "0" },
};

/** Path of Helm. Built once, into the cache: about a minute on two cores if the lab's Kubernetes was built before. */
export async function ensureHelm(): Promise<string> {
  return goProgram(helmProgram);
}
