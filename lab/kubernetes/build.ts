import { goProgram, type GoProgram } from "../support/goPrograms";

/** The version of Kubernetes that go.mod pins. */
export const kubernetesVersion = "1.34.4";

const [major = "", minor = ""] = kubernetesVersion.split(".");
const stamp = "k8s.io/component-base/version";

/** The one program that holds all parts of Kubernetes. */
export const kubernetesProgram: GoProgram = {
  name: "kubernetes",
  version: kubernetesVersion,
  folder: __dirname,
  package: ".",
  variables: {
    [`${stamp}.gitVersion`]: `v${kubernetesVersion}`,
    [`${stamp}.gitMajor`]: major,
    [`${stamp}.gitMinor`]: minor,
    [`${stamp}.gitTreeState`]: "clean",
  },
  env: { CGO_ENABLED: "0" },
};

/**
 * Path of the one program that holds all parts of Kubernetes; its first argument picks the part.
 * Built once, into the cache: about 5 minutes on two cores.
 */
export async function ensureKubernetes(): Promise<string> {
  return goProgram(kubernetesProgram);
}
