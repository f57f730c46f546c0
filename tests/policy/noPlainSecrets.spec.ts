import * as assert from "node:assert/strict";
import type { EnvironmentVariable } from "../../policy/pods";
import { noPlainSecrets } from "../../policy/rules/noPlainSecrets";
import { container, findingsOf, policyResource, pod, podSpec, workloads } from "./support/policyResources";

const withVariable = (...env: EnvironmentVariable[]) => pod(podSpec({ containers: [container({ env })] }));
const fromSecret = { secretKeyRef: { name: "mariadb", key: "password" } };
const remedy = "put it in a Secret, and refer to it with valueFrom.secretKeyRef";

describe("policy: no-plain-secrets", () => {
  const names = ["MARIADB_PASSWORD", "password", "CLIENT_SECRET_ID", "API_TOKEN", "SSH_PRIVATE_KEY"];

  describe("of variables", () => {
    for (const name of names) {
      it(`refuses ${name} with a value`, () => {
        assert.deepEqual(findingsOf(noPlainSecrets, withVariable({ name, value: "x" })), [
          `container app: variable ${name} has its value in plain text; ${remedy}`,
        ]);
      });

      it(`allows ${name} from a Secret`, () => {
        assert.deepEqual(findingsOf(noPlainSecrets, withVariable({ name, valueFrom: fromSecret })), []);
      });
    }

    it("refuses MARIADB_PASSWORD from a ConfigMap", () => {
      const valueFrom = { configMapKeyRef: { name: "mariadb", key: "word" } };
      assert.deepEqual(findingsOf(noPlainSecrets, withVariable({ name: "MARIADB_PASSWORD", valueFrom })), [
        `container app: variable MARIADB_PASSWORD comes from a ConfigMap, which is plain text; ${remedy}`,
      ]);
    });

    it("refuses TOKEN with a value in init containers, in each kind of workload", () => {
      const spec = podSpec({ initContainers: [container({ name: "first", env: [{ name: "TOKEN", value: "x" }] })] });
      for (const resource of workloads(spec)) {
        assert.deepEqual(findingsOf(noPlainSecrets, resource), [
          `container first: variable TOKEN has its value in plain text; ${remedy}`,
        ]);
      }
    });

    it("allows a variable that names a file, and variables without a secret's name", () => {
      const value = "x";
      const env = ["MARIADB_PASSWORD_FILE", "MARIADB_USER", "AUTH_KEY"].map((name) => ({ name, value }));
      assert.deepEqual(findingsOf(noPlainSecrets, withVariable(...env)), []);
    });
  });

  describe("of ConfigMaps", () => {
    const configMap = (inputs: Record<string, unknown>) => policyResource("kubernetes:core/v1:ConfigMap", inputs);

    it("refuses keys with the name of a secret", () => {
      for (const key of [...names, "root-password", "tls.private-key"]) {
        for (const field of ["data", "binaryData"]) {
          assert.deepEqual(findingsOf(noPlainSecrets, configMap({ [field]: { [key]: "x", username: "y" } })), [
            `key ${key} of a ConfigMap is in plain text; put it in a Secret`,
          ]);
        }
      }
    });

    it("allows other keys, and an empty ConfigMap", () => {
      const data = { username: "x", database: "y" };
      assert.deepEqual(findingsOf(noPlainSecrets, configMap({ data })), []);
      assert.deepEqual(findingsOf(noPlainSecrets, configMap({})), []);
    });
  });

  describe("of Secrets", () => {
    const secret = (field: string, secretOutputs: string[], type = "kubernetes:core/v1:Secret") =>
      policyResource(type, { [field]: { password: "x" } }, { secretOutputs });

    for (const field of ["data", "stringData"]) {
      it(`allows ${field} that is marked as secret`, () => {
        assert.deepEqual(findingsOf(noPlainSecrets, secret(field, ["data", "stringData"])), []);
      });

      it(`refuses ${field} that is not marked as secret, in both types of Secrets`, () => {
        const message = `${field} is not marked as secret, and would be in plain text in the state; create it with kubernetes.core.v1.Secret, which marks it`;
        for (const type of ["kubernetes:core/v1:Secret", "kubernetes:v1:Secret"]) {
          assert.deepEqual(findingsOf(noPlainSecrets, secret(field, [], type)), [message]);
        }
      });
    }
  });
});
