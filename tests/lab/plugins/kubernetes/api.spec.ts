import * as assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { Api, ApiError, type ApiRequest, isNotFound, Unreachable } from "../../../../lab/plugins/kubernetes/api";
import { loadKubeconfig } from "../../../../lab/plugins/kubernetes/kubeconfig";

function apiAt(server: string): Api {
  const kubeconfig = JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    users: [{ name: "u", user: { token: "hush" } }],
  });
  return new Api(loadKubeconfig({ kubeconfig, context: "c" }));
}

describe("API requests of the Kubernetes stand-in", () => {
  const seen: string[] = [];
  const connections = new Set<number | undefined>();
  let answer = { code: 200, body: "{}" };
  let api: Api;
  const server = http.createServer((request, response) => {
    connections.add(request.socket.remotePort);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      seen.push(
        [method, url, headers["content-type"], headers.authorization, Buffer.concat(chunks).toString()].join(" "),
      );
      response.writeHead(answer.code).end(answer.body);
    });
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    api = apiAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  after(() => server.closeAllConnections());
  after(() => server.close());
  beforeEach(() => seen.splice(0));

  it("have the user's token, the body and its type, and reuse one connection", async () => {
    const path = "/api/v1/namespaces/n/configmaps/a";
    await api.send({ method: "DELETE", path, body: { propagationPolicy: "Foreground" } });
    await api.send({
      method: "PATCH",
      path,
      query: { force: "true", dryRun: undefined },
      body: [],
      contentType: "x/y",
    });
    assert.deepEqual(seen, [
      `DELETE ${path} application/json Bearer hush {"propagationPolicy":"Foreground"}`,
      `PATCH ${path}?force=true x/y Bearer hush []`,
    ]);
    assert.equal(connections.size, 1);
  });

  it("fail with the server's reason", async () => {
    answer = { code: 404, body: JSON.stringify({ reason: "NotFound", message: 'configmaps "a" not found' }) };
    const request: ApiRequest = { method: "GET", path: "/x" };
    const error: unknown = await api.send(request).catch((caught: unknown) => caught);
    assert.ok(error instanceof ApiError && isNotFound(error));
    assert.deepEqual([error.reason, error.message], ["NotFound", 'configmaps "a" not found']);
    answer = { code: 502, body: "bad gateway" };
    await assert.rejects(api.send(request), /bad gateway/);
  });

  it("report an unreachable cluster", async () => {
    await assert.rejects(apiAt("http://127.0.0.1:9").send({ method: "GET", path: "/x" }), (error: Error) => {
      assert.ok(error instanceof Unreachable);
      assert.match(error.message, /^configured Kubernetes cluster is unreachable: GET http:\/\/127\.0\.0\.1:9\/x/);
      return true;
    });
  });
});
