import { goProgram, type GoProgram } from "../support/goPrograms";

/** The version of Kubernetes that go.mod pins. */
export const kubernetesVersion = "1.37.2";

const [major = "", minor = ""] = kubernetesVersion.split(".");
const stamp = "k8s.io/component-base/version";

const common = {
  version: kubernetesVersion,
  folder: __dirname,
  variables: {
    [`${stamp}.gitVersion`]: `v${kubernetesVersion}`,
    [`${stamp}.gitMajor`]: major,
    [`${stamp}.gitMinor`]: minor,
    [`${stamp}.gitTreeState`]: "clean",
  },
  env: { CGO_ENABLED: "0" },
};

/** The one program that contains all components of a cluster. */
export const kubernetesProgram: GoProgram = { ...common, name: "kubernetes", package: "." };

/** kubectl, a separate program. */
export const kubectlProgram: GoProgram = { ...common, name: "kubectl", package: "k8s.io/kubernetes/cmd/kubectl" };

/**
 * Returns the path of the one program that contains all components of a cluster; its first argument selects the component.
 * Built once, into the cache: about 5 minutes on two cores.
 */
export async function ensureKubernetes(): Promise<string> {
  return goProgram(kubernetesProgram);
}

/** Path of kubectl. Built once, into the cache: less than a minute if the cluster's components were built before. */
export async function ensureKubectl(): Promise<string> {
  return goProgram(kubectlProgram);
}
