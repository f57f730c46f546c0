import * as fs from "node:fs";
import * as path from "node:path";
import { kubernetesProgram, kubernetesVersion } from "../../../lab/kubernetes/build";
import { cached } from "../../../lab/support/cache";
import { goProblem, goVersion } from "../../../lab/support/goPrograms";
import { run } from "../../../lab/support/processes";
import { UserError } from "../../../lab/support/progress";

/** Where kubeconform finds the schema of a kind, in the folder of the schemas. */
export const schemaTemplate = "{{ .Group }}/{{ .ResourceAPIVersion }}/{{ .ResourceKind }}.json";

/** The part of an OpenAPI document that is used here. */
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
 * Folder of a JSON schema for each kind of the lab's Kubernetes. They are what the API server itself publishes: the source of
 * Kubernetes, which is a Go module, holds it as OpenAPI documents, whose schemas are JSON's but for one thing. They do not say
 * that there are no other fields, which here they do.
 */
export async function ensureSchemas(): Promise<string> {
  return cached({
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

/** Folder of Kubernetes's source, as the lab's go.sum has it. */
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

/** Writes the schemas of a document, without other fields than the named ones, and for each kind a file that leads to its own. */
function writeSchemas(folder: string, document: string, schemas: Readonly<Record<string, Schema>>): void {
  const close = (schema: Schema) => (schema.properties ? { ...schema, additionalProperties: false } : schema);
  const closed = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema)]));
  fs.writeFileSync(path.join(folder, document), JSON.stringify({ components: { schemas: closed } }));
  for (const [name, schema] of Object.entries(schemas)) {
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? []) {
      // kubeconform takes the core group's version, which is all that there is before the kind, for the group too.
      const place = path.join(folder, group || version, version);
      fs.mkdirSync(place, { recursive: true });
      const lead = { $ref: `../../${document}#/components/schemas/${name}` };
      fs.writeFileSync(path.join(place, `${kind.toLowerCase()}.json`), JSON.stringify(lead));
    }
  }
}
