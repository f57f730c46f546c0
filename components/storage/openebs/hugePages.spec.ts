import * as assert from "node:assert/strict";
import { type Kubectl, KubectlError } from "../../kubectl/client";
import { untilHugePages } from "./hugePages";

/** A cluster that answers a list of nodes by these, in order, and by the last one from then on. */
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

describe("waiting for huge pages", () => {
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
    it(`goes on when the API server restarts with the kubelet: ${message}`, async () => {
      const { kubectl, asked } = answering(new KubectlError(message), { k0: "2Gi" });
      await untilHugePages(kubectl, ["k0"], 2);
      assert.equal(asked(), 2);
    });
  }

  it("names the nodes without them when the time is over", async () => {
    const { kubectl } = answering({ k0: "2Gi", k1: "0" });
    await assert.rejects(untilHugePages(kubectl, ["k0", "k1", "k2"], 1), /no 2Gi of huge pages on k1, k2, although/);
  });

  it("ends with the connection's error where the API server does not come back", async () => {
    await assert.rejects(untilHugePages(answering(refused).kubectl, ["k0"], 1), refused);
  });

  it("ends at once with any other error", async () => {
    const { kubectl, asked } = answering(new KubectlError("Error from server (Forbidden): nodes is forbidden"));
    await assert.rejects(untilHugePages(kubectl, ["k0"], 5), /Forbidden/);
    assert.equal(asked(), 1);
  });
});
