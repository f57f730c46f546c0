import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";

/** A resource that a component registered. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  /** The option `additionalSecretOutputs`. */
  readonly secretOutputs: readonly string[];
  /** Timeouts by operation; undefined if the program sets none. */
  readonly timeouts?: { readonly create: string; readonly update: string } | undefined;
}

type Answer = (error: Error | null, response?: unknown) => void;
interface Request {
  getName(): string;
  getType(): string;
  getProtect(): boolean;
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string } | undefined;
}
interface Monitor {
  registerResource: (request: Request, answer: Answer) => Promise<void>;
  registerErrorHook?: (request: unknown, answer: Answer) => void;
  registerResourceHook?: (request: unknown, answer: Answer) => void;
}

/** Outputs of a resource in addition to its inputs. */
export type Outputs = (type: string, name: string) => Record<string, unknown>;

const nothingMore: Outputs = () => ({});

/**
 * Runs a program under Pulumi's mocks and returns the registered resources, sorted by name.
 * The SDK's mocks do not support hooks; here they accept them.
 */
export async function registeredBy(program: () => unknown, outputs: Outputs = nothingMore): Promise<Registered[]> {
  const inputs = new Map<string, Record<string, unknown>>();
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }) => {
        inputs.set(`${type} ${name}`, given as Record<string, unknown>);
        return { id: `${name}-id`, state: { ...(given as object), ...outputs(type, name) } };
      },
      call: () => ({}),
    },
    "wordpress",
    "dev",
  );
  const monitor = MockMonitor.prototype as unknown as Monitor;
  const { registerResource } = monitor;
  monitor.registerErrorHook = monitor.registerResourceHook = (_, answer) => answer(null, new Empty());
  monitor.registerResource = async function (this: Monitor, request, answer) {
    await registerResource.call(this, request, answer);
    const [type, name] = [request.getType(), request.getName()];
    const [protect, ignoreChanges] = [request.getProtect(), request.getIgnorechangesList()];
    const [create = "", update = ""] = [
      request.getCustomtimeouts()?.getCreate(),
      request.getCustomtimeouts()?.getUpdate(),
    ];
    const timeouts = create === "" ? undefined : { create, update };
    const secretOutputs = request.getAdditionalsecretoutputsList();
    const given = inputs.get(`${type} ${name}`) ?? {};
    registered.push({ type, name, inputs: given, protect, ignoreChanges, secretOutputs, timeouts });
  };
  try {
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(withoutKubectl(program)));
    await pulumi.runtime.disconnect();
  } finally {
    monitor.registerResource = registerResource;
  }
  return registered.sort((one, other) => (one.type + one.name < other.type + other.name ? -1 : 1));
}

const machinePath = process.env.PATH;

/** Hides this machine's kubectl, whose kubeconfig may have a context of the same name, but not one that a test put on PATH. */
function withoutKubectl<T>(program: () => T): T {
  if (process.env.PATH !== machinePath) return program();
  process.env.PATH = "";
  try {
    return program();
  } finally {
    process.env.PATH = machinePath;
  }
}

/** The preflight's result. */
export const preflightResult = {
  context: "golden",
  server: "https://127.0.0.1:6443",
  cluster: "uid-of-kube-system",
  namespace: "wordpress",
  engine: "existing",
  configuredClass: null,
  nodeAddress: "127.0.0.1",
  nodeAddresses: ["127.0.0.1", "10.0.0.2"],
  nodeSources: ["10.0.0.2/32"],
  storageClass: "standard",
  snapshotCrds: true,
};

const printed: Readonly<Record<string, string>> = {
  "preflight-check": JSON.stringify(preflightResult),
  "mariadb-user": "wordpress",
};

/** Cluster IPs of the Services. */
const clusterIPs: Readonly<Record<string, string>> = {
  "mariadb-client": "10.96.0.10",
  "wordpress-shared-object-cache-service": "10.96.0.11",
};

/** Outputs of generated resources: the preflight's result, the database's user, addresses, and recognizable passwords. */
export const answers: Outputs = (type, name) => {
  if (type === "command:local:Command") return { stdout: printed[name] ?? "" };
  if (name in clusterIPs) return { spec: { clusterIP: clusterIPs[name] } };
  return type.startsWith("random:") ? { result: `random-${name}` } : {};
};
