import * as assert from "node:assert/strict";
import { type Kubectl, KubectlError } from "../../kubectl/client";
import { awaitHugePages } from "./hugePages";

/** A cluster that lists the nodes of each answer in order, and then repeatedly those of the last one. */
function answering(...answers: readonly (Error | Readonly<Record<string, string>>)[]) {
  let asked = 0;
  const list = () => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? {};
    if (answer instanceof Error) return Promise.reject(answer);
    const nodes = Object.entries(answer).map(([name, pages]) => ({
      metadata: { name, uid: name },
      status: { allocatable: { "hugepages-2Mi": pages } },
    }));
    return Promise.resolve(nodes);
  };
  return { kubectl: { list } as unknown as Kubectl, asked: () => asked };
}

describe("wait for huge pages", () => {
  const refused = new KubectlError(
    "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host?",
  );

  for (const message of [
    refused.message,
    "Unable to connect to the server: EOF",
    "Unable to connect to the server: net/http: TLS handshake timeout",
    "read tcp 10.0.0.1:1->10.0.0.2:6443: read: connection reset by peer",
    "Error from server (ServiceUnavailable): apiserver not ready",
  ]) {
    it(`continues while the API server restarts with the kubelet: ${message}`, async () => {
      const { kubectl, asked } = answering(new KubectlError(message), { k0: "2Gi" });
      await awaitHugePages(kubectl, ["k0"], 2);
      assert.equal(asked(), 2);
    });
  }

  it("names the nodes without huge pages after the timeout", async () => {
    const { kubectl } = answering({ k0: "2Gi", k1: "0" });
    await assert.rejects(
      awaitHugePages(kubectl, ["k0", "k1", "k2"], 1),
      /does not report 2Gi of huge pages on k1, k2, although/,
    );
  });

  it("fails with the connection's error when the API server stays unreachable", async () => {
    await assert.rejects(awaitHugePages(answering(refused).kubectl, ["k0"], 1), refused);
  });

  it("fails at once with any other error", async () => {
    const { kubectl, asked } = answering(new KubectlError("Error from server (Forbidden): nodes is forbidden"));
    await assert.rejects(awaitHugePages(kubectl, ["k0"], 5), /Forbidden/);
    assert.equal(asked(), 1);
  });
});
