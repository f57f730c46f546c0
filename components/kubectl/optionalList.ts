import { type Kubectl, KubectlError } from "./client";

/** Lists the objects of a kind; empty if the cluster does not know the kind. @throws KubectlError */
export async function listIfKnown<T>(kubectl: Pick<Kubectl, "list">, kind: string, namespace?: string): Promise<T[]> {
  try {
    return await kubectl.list<T>(kind, namespace);
  } catch (error) {
    if (error instanceof KubectlError && /doesn't have a resource type|NotFound/.test(error.message)) return [];
    throw error;
  }
}
