import { createHash } from "node:crypto";
import { restrictedPod } from "../../../components/kubernetes/restricted";
import type { LabSite } from "./labSite";
import { sitePods } from "./sharedSite";

const port = 8099;

/** A server of archives in a site's namespace, in the place of wordpress.org's. */
export class PluginRepository {
  /** What `pluginRepository` is set to. */
  readonly address: string;

  private constructor(private readonly site: LabSite) {
    this.address = `http://repository.${site.namespace}.svc.cluster.local:${port}`;
  }

  static async start(site: LabSite): Promise<PluginRepository> {
    const repository = new PluginRepository(site);
    const server = `mkdir -p /tmp/repo/plugin && exec php -S 0.0.0.0:${port} -t /tmp/repo`;
    const { securityContext } = restrictedPod("default", 33);
    const container = { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } };
    const spec = { securityContext, containers: [{ name: "repository", ...container }] };
    const overrides = ["--override-type=strategic", `--overrides=${JSON.stringify({ spec })}`];
    const flags = ["--image=wordpress:7.1-php8.4-apache", `--port=${port}`, "--expose", ...overrides];
    await site.cluster.apply(
      policies(site.namespace)
        .map((policy) => JSON.stringify(policy))
        .join("\n---\n"),
    );
    await repository.kubectl("run", "repository", ...flags, "--", "sh", "-c", server);
    await repository.kubectl("wait", "pod/repository", "--for=condition=Ready", "--timeout=180s");
    return repository;
  }

  /** Has an archive from now on. @returns its entry in `plugins` */
  async put(
    slug: string,
    version: string,
    archive: Buffer,
  ): Promise<{ slug: string; version: string; sha256: string }> {
    const script = `base64 -d > /tmp/repo/plugin/${slug}.${version}.zip <<'END'\n${archive.toString("base64")}\nEND`;
    await this.kubectl("exec", "repository", "--", "sh", "-c", script);
    return { slug, version, sha256: createHash("sha256").update(archive).digest("hex") };
  }

  async stop(): Promise<void> {
    await this.kubectl(
      "delete",
      "pod,service,networkpolicy",
      "repository",
      "to-repository",
      "--now",
      "--ignore-not-found",
    );
  }

  private kubectl(...args: string[]): Promise<string> {
    return this.site.cluster.kubectl("--namespace", this.site.namespace, ...args);
  }
}

/** NetworkPolicies that allow all pods of the namespace to connect to the server. */
function policies(namespace: string): object[] {
  const server = { matchLabels: { run: "repository" } };
  const common = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
  return [
    { ...common, metadata: { name: "repository", namespace }, spec: { podSelector: server, ingress: [{}] } },
    {
      ...common,
      metadata: { name: "to-repository", namespace },
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ podSelector: server }] }] },
    },
  ];
}

/** A plugin's archive, as one downloads it: one folder, with its files by their names in it. */
export async function pluginArchive(
  site: LabSite,
  slug: string,
  files: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const [pod] = await sitePods(site);
  const code = `$zip = new ZipArchive(); $zip->open($argv[1], ZipArchive::CREATE | ZipArchive::OVERWRITE);
    foreach (json_decode($argv[3]) as $name => $text) $zip->addFromString("$argv[2]/$name", $text);
    $zip->close(); echo base64_encode(file_get_contents($argv[1]));`;
  const args = ["php", "-r", code, "--", "/tmp/plugin.zip", slug, JSON.stringify(files)];
  return Buffer.from(await site.inPod(pod?.metadata.name ?? "", ...args), "base64");
}
