import * as fs from "node:fs";
import * as path from "node:path";
import { kubernetesProgram, kubernetesVersion } from "../../../lab/kubernetes/build";
import { buildOnce } from "../../../lab/support/cache";
import { goProblem, goVersion } from "../../../lab/support/goPrograms";
import { run } from "../../../lab/support/processes";
import { UserError } from "../../../lab/support/progress";

/** Template of a schema's path in the folder of the schemas, for kubeconform. */
export const schemaTemplate = "{{ .Group }}/{{ .ResourceAPIVersion }}/{{ .ResourceKind }}.json";

/** The used part of an OpenAPI document. */
interface OpenApi {
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Schema {
  readonly properties?: object;
  readonly "x-kubernetes-group-version-kind"?: readonly GroupVersionKind[];
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/**
 * Returns a folder with a JSON schema for each kind of the lab's Kubernetes. They are those that the API server publishes: the source of
 * Kubernetes, a Go module, contains them as OpenAPI documents. OpenAPI schemas are JSON schemas, except that they allow additional
 * fields; here these are forbidden.
 */
export async function ensureSchemas(): Promise<string> {
  return buildOnce({
    name: "kubernetes-schemas",
    version: kubernetesVersion,
    inputs: [fs.readFileSync(__filename)],
    build: async (folder) => {
      const source = path.join(await kubernetesSource(), "api/openapi-spec/v3");
      for (const file of fs.readdirSync(source)) {
        const { components } = JSON.parse(fs.readFileSync(path.join(source, file), "utf8")) as OpenApi;
        writeSchemas(folder, file, components?.schemas ?? {});
      }
    },
  });
}

/** Folder of Kubernetes's source, in the version of the lab's go.sum. */
async function kubernetesSource(): Promise<string> {
  const problem = goProblem(await goVersion());
  if (problem) throw new UserError(problem);
  const module = `k8s.io/kubernetes@v${kubernetesVersion}`;
  const downloaded = await run("go", ["mod", "download", "-json", module], {
    cwd: kubernetesProgram.folder,
    env: { GOFLAGS: "" },
  });
  return (JSON.parse(downloaded) as { readonly Dir: string }).Dir;
}

/** Writes the schemas of a document without additional fields, and for each kind a file that refers to its schema. */
function writeSchemas(folder: string, document: string, schemas: Readonly<Record<string, Schema>>): void {
  const close = (schema: Schema) => (schema.properties ? { ...schema, additionalProperties: false } : schema);
  const closed = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema)]));
  fs.writeFileSync(path.join(folder, document), JSON.stringify({ components: { schemas: closed } }));
  for (const [name, schema] of Object.entries(schemas)) {
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      // For the core group, which has only a version, kubeconform uses the version as the group, too.
      const place = path.join(folder, group || version, version);
      fs.mkdirSync(place, { recursive: true });
      const lead = { $ref: `../../${document}#/components/schemas/${name}` };
      fs.writeFileSync(path.join(place, `${kind.toLowerCase()}.json`), JSON.stringify(lead));
    }
  }
}
