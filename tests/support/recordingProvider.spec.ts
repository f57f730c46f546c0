import * as assert from "node:assert";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { asSecret, type Properties, property } from "./properties";
import { fromStruct, toStruct } from "./providerWire";
import { RecordingProvider } from "./recordingProvider";

const statefulSet = "kubernetes:apps/v1:StatefulSet";
const secret = "kubernetes:core/v1:Secret";
const service = "kubernetes:core/v1:Service";
const password = "random:index/randomPassword:RandomPassword";
const command = "command:local:Command";

const urn = (type: string, name = "thing") => `urn:pulumi:dev::wordpress::wordpress:site:WordPress$${type}::${name}`;
const metadata = { name: "mariadb", namespace: "wordpress" };

describe("recording provider", () => {
  const provider = new RecordingProvider();
  let client: ResourceProviderClient;

  before(async () => {
    await provider.start();
    const port = provider.environment.PULUMI_DEBUG_PROVIDERS?.split(":").at(-1);
    client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });
  afterEach(() => provider.forget());
  after(() => {
    client.close();
    provider.stop();
  });

  const diff = (type: string, before: Properties, after: Properties, ignored: string[] = []) => {
    const request = new messages.DiffRequest().setUrn(urn(type)).setIgnorechangesList(ignored);
    request.setOldInputs(toStruct(before)).setNews(toStruct(after));
    return new Promise<messages.DiffResponse>((resolve, reject) =>
      client.diff(request, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  };
  const create = (type: string, inputs: Properties, preview = false, name = "thing") => {
    const request = new messages.CreateRequest().setUrn(urn(type, name)).setPreview(preview);
    return new Promise<messages.CreateResponse>((resolve, reject) =>
      client.create(request.setProperties(toStruct(inputs)), (error, answer) =>
        error ? reject(error) : resolve(answer),
      ),
    );
  };
  const configure = (args: Properties) => {
    const request = new messages.ConfigureRequest().setUrn(urn("pulumi:providers:kubernetes"));
    return new Promise<void>((resolve, reject) =>
      client.configure(request.setArgs(toStruct(args)), (error) => (error ? reject(error) : resolve())),
    );
  };
  const created = async (...args: Parameters<typeof create>) => fromStruct((await create(...args)).getProperties());

  it("updates a StatefulSet's replicas in place", async () => {
    const answer = await diff(statefulSet, { metadata, spec: { replicas: 1 } }, { metadata, spec: { replicas: 3 } });
    assert.strictEqual(answer.getChanges(), messages.DiffResponse.DiffChanges.DIFF_SOME);
    assert.deepStrictEqual(answer.getReplacesList(), []);
    assert.strictEqual(answer.getDetaileddiffMap().get("spec.replicas")?.getKind(), messages.PropertyDiff.Kind.UPDATE);
  });

  for (const field of ["serviceName", "selector", "podManagementPolicy", "volumeClaimTemplates"]) {
    it(`replaces a StatefulSet for its ${field}, and deletes it first`, async () => {
      const answer = await diff(
        statefulSet,
        { metadata, spec: { [field]: ["a"] } },
        { metadata, spec: { [field]: ["b"] } },
      );
      assert.deepStrictEqual(answer.getReplacesList(), [`spec.${field}[0]`]);
      assert.ok(answer.getDeletebeforereplace());
    });
  }

  it("reports no change that the program ignores", async () => {
    const [before, after] = [1, 2].map((size) => ({ metadata, spec: { volumeClaimTemplates: [{ size }] } }));
    const answer = await diff(statefulSet, before ?? {}, after ?? {}, ["spec.volumeClaimTemplates"]);
    assert.strictEqual(answer.getChanges(), messages.DiffResponse.DiffChanges.DIFF_NONE);
  });

  it("replaces an object of another namespace without deleting it first", async () => {
    const elsewhere = { ...metadata, namespace: "elsewhere" };
    const answer = await diff("kubernetes:core/v1:Service", { metadata }, { metadata: elsewhere });
    assert.deepStrictEqual(answer.getReplacesList(), ["metadata.namespace"]);
    assert.ok(!answer.getDeletebeforereplace());
  });

  it("replaces a Secret's data unless the provider has enableSecretMutable", async () => {
    const [before, after] = [{ stringData: asSecret({ key: "1" }) }, { stringData: asSecret({ key: "2" }) }];
    await configure({});
    assert.deepStrictEqual((await diff(secret, before, after)).getReplacesList(), ["stringData.key"]);
    await configure({ enableSecretMutable: "true" });
    assert.deepStrictEqual((await diff(secret, before, after)).getReplacesList(), []);
  });

  it("runs a command again for a changed script, and replaces it for a changed trigger", async () => {
    assert.deepStrictEqual((await diff(command, { create: "a" }, { create: "b" })).getReplacesList(), []);
    assert.deepStrictEqual((await diff(command, { triggers: [1] }, { triggers: [2] })).getReplacesList(), [
      "triggers[0]",
    ]);
  });

  it("generates a unique password of the requested length, and none at preview", async () => {
    const first = await created(password, { length: 40 }, false, "first");
    const second = await created(password, { length: 40 }, false, "second");
    assert.match(String(first.result), /^[0-9a-f]{40}$/);
    assert.notStrictEqual(first.result, second.result);
    const planned = await created(password, { length: 40 }, true);
    assert.doesNotMatch(String(planned.result), /^[0-9a-f]{40}$/);
  });

  it("assigns each Service a unique address, none at preview, and none to a headless one", async () => {
    const spec = { ports: [{ port: 80 }] };
    const address = async (...of: Parameters<typeof created>) => property(await created(...of), "spec.clusterIP");
    const first = await address(service, { metadata, spec }, false, "first");
    assert.match(String(first), /^10\.96\.\d+\.\d+$/);
    assert.notStrictEqual(
      await address(service, { metadata: { ...metadata, name: "b" }, spec }, false, "second"),
      first,
    );
    assert.doesNotMatch(String(await address(service, { metadata, spec }, true)), /^10\./);
    assert.strictEqual(
      await address(service, { metadata: { ...metadata, name: "c" }, spec: { clusterIP: "None" } }),
      "None",
    );
  });

  it("returns a command's output in plain text, even if an input is secret", async () => {
    provider.runCommand = ({ name, command: words }) => Promise.resolve(`${words.at(-1)} from ${name}`);
    assert.strictEqual((await created(command, { create: "true" })).stdout, "true from thing");
    const output = (await created(command, { create: "true", environment: { TOKEN: asSecret("t") } })).stdout;
    assert.strictEqual(output, "true from thing");
  });

  it("refuses to create an existing object", async () => {
    await create(secret, { metadata: { name: "twice", namespace: "wordpress" } });
    await assert.rejects(create(secret, { metadata: { name: "twice", namespace: "wordpress" } }), /already exists/);
  });

  it("fails once on request of a test, and never at preview", async () => {
    provider.failOnce({ matches: ({ operation }) => operation === "create", message: "exceeded quota" });
    await create(statefulSet, { metadata }, true);
    await assert.rejects(create(statefulSet, { metadata }), /exceeded quota/);
    assert.strictEqual((await create(statefulSet, { metadata })).getId(), "wordpress/mariadb");
  });

  it("can leave a failed object, with the details that the engine keeps in its state", async () => {
    provider.failOnce({ matches: () => true, message: "never became ready", leavesObject: true });
    await assert.rejects(create(statefulSet, { metadata: { name: "unready" } }), (error: grpc.ServiceError) => {
      const [packed] = error.metadata.get("grpc-status-details-bin");
      const [detail] = Status.deserializeBinary(packed as Buffer).getDetailsList();
      const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
      assert.strictEqual(failed.getId(), "unready");
      assert.deepStrictEqual(failed.getReasonsList(), ["never became ready"]);
      return true;
    });
  });

  it("records calls in order, with the old inputs, and marks previews", async () => {
    await create(statefulSet, { metadata: { name: "recorded" } }, true);
    await diff(statefulSet, { spec: 1 }, { spec: 2 });
    assert.deepStrictEqual(
      provider.calls.map(({ operation, preview, type, name }) => ({ operation, preview, type, name })),
      [
        { operation: "create", preview: true, type: statefulSet, name: "thing" },
        { operation: "diff", preview: false, type: statefulSet, name: "thing" },
      ],
    );
    assert.deepStrictEqual(provider.calls[1]?.oldInputs, { spec: 1 });
    assert.deepStrictEqual(provider.calls[1]?.inputs, { spec: 2 });
  });
});
