import * as assert from "node:assert/strict";
import type { Kubectl } from "../kubectl/client";
import { missingPermissions } from "./permissions";
import { kubectlCall } from "../../tests/engine/support/kubectlCall";
import { permits, sitePermissions } from "../../tests/support/sitePermissions";

interface Attributes {
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
  readonly group: string;
  readonly namespace?: string;
}

/** A list of reviews, as `kubectl create` reads it. */
interface Reviews {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly spec: { readonly resourceAttributes: Attributes };
  }[];
}

/** A cluster that allows what the function returns, and records the reviews. */
function smallCluster(allows: (attributes: Attributes) => boolean) {
  const asked: Attributes[] = [];
  const kubectl = {
    run: (args: readonly string[], input: string) => {
      const { verb, words, flags } = kubectlCall(args, input);
      assert.deepEqual([verb, words, flags.filename], ["create", [], "-"]);
      assert.equal(flags.output, 'jsonpath={.status.allowed}{"\\n"}', "a line a review");
      const { items, ...list } = JSON.parse(input) as Reviews;
      assert.deepEqual(list, { apiVersion: "v1", kind: "List" });
      for (const { apiVersion, kind } of items) {
        assert.equal(`${apiVersion}/${kind}`, "authorization.k8s.io/v1/SelfSubjectAccessReview");
      }
      asked.push(...items.map(({ spec }) => spec.resourceAttributes));
      return Promise.resolve(items.map(({ spec }) => `${allows(spec.resourceAttributes)}\n`).join(""));
    },
  } as unknown as Kubectl;
  return { kubectl, asked };
}

/** A user who is granted these permissions, written as the preflight writes those that are missing. */
function userWith(granted: readonly string[]) {
  return smallCluster(({ verb, resource, subresource, group, namespace }) => {
    const name = `${resource}${subresource ? `/${subresource}` : ""}${group ? `.${group}` : ""}`;
    return permits(granted, { verb, resource: name, namespace });
  });
}

const all = "get, list, watch, create, patch, delete";
const request = { namespace: "blog", nfs: false, content: { content: "perPod" } } as const;

describe("missing permissions of the context's user", () => {
  it("are none for a user who may do everything", async () => {
    assert.deepEqual(await missingPermissions(smallCluster(() => true).kubectl, request), []);
  });

  it("are exactly this list for a user who may do nothing", async () => {
    assert.deepEqual(await missingPermissions(smallCluster(() => false).kubectl, request), sitePermissions("blog"));
  });

  it("are none for a user with this list, in the stack's own namespace only", async () => {
    assert.deepEqual(await missingPermissions(userWith(sitePermissions("blog")).kubectl, request), []);
  });

  it("include permissions that are granted in another namespace", async () => {
    const { kubectl } = userWith(sitePermissions("wordpress"));
    const inNamespace = sitePermissions("blog").filter((permission) => permission.includes(" in namespace "));
    // Services are listed in the whole cluster, for their node ports.
    assert.deepEqual(
      await missingPermissions(kubectl, request),
      inNamespace.map((permission) =>
        permission.replace("list, watch, create, patch, delete services", "watch, create, patch, delete services"),
      ),
    );
  });

  it("are grouped by resource, with API group and namespace", async () => {
    const { kubectl } = smallCluster(
      ({ verb, resource }) => resource !== "nodes" && !(resource === "statefulsets" && verb !== "get"),
    );
    assert.deepEqual(await missingPermissions(kubectl, request), [
      "list nodes",
      "list, watch, create, patch, delete statefulsets.apps in namespace blog",
    ]);
  });

  it("are reviewed in the stack's own namespace for namespaced resources", async () => {
    const { kubectl, asked } = smallCluster(() => true);
    await missingPermissions(kubectl, request);
    assert.deepEqual([...new Set(asked.map(({ namespace }) => namespace))], [undefined, "blog"]);
    const everywhere = asked.filter(({ namespace }) => namespace === undefined).map(({ resource }) => resource);
    const expected = ["namespaces", "services", "storageclasses", "nodes", "persistentvolumes"];
    assert.deepEqual([...new Set(everywhere)], expected);
  });

  it("include watch on every resource that the provider waits for", async () => {
    const { kubectl, asked } = smallCluster(() => true);
    await missingPermissions(kubectl, request);
    const watched = asked.filter(({ verb }) => verb === "watch").map(({ resource }) => resource);
    const expected = [
      ...["configmaps", "events", "namespaces", "networkpolicies", "poddisruptionbudgets", "pods", "secrets"],
      ...["serviceaccounts", "services", "statefulsets"],
    ];
    assert.deepEqual(watched.sort(), expected);
  });

  it("name each verb once when the stack installs OpenEBS", async () => {
    const openEbs = { engine: "hostpath", pools: [], managesNodes: false } as const;
    const { kubectl } = smallCluster(({ resource }) => !["storageclasses", "nodes", "diskpools"].includes(resource));
    assert.deepEqual(await missingPermissions(kubectl, { ...request, openEbs }), [
      "list, get, watch, create, patch, delete storageclasses.storage.k8s.io",
      "list, patch nodes",
      "get, list, watch, create, patch, delete diskpools.openebs.io",
    ]);
  });

  for (const engine of ["hostpath", "replicated"] as const) {
    it(`include exactly these cluster-wide ones with the engine ${engine}`, async () => {
      const openEbs = { engine, pools: [], managesNodes: false };
      assert.deepEqual(await missingPermissions(userWith(sitePermissions("blog")).kubectl, { ...request, openEbs }), [
        "patch nodes",
        `${all} customresourcedefinitions.apiextensions.k8s.io`,
        `${all} clusterroles.rbac.authorization.k8s.io`,
        `${all} clusterrolebindings.rbac.authorization.k8s.io`,
        // The site's include the list.
        "get, watch, create, patch, delete storageclasses.storage.k8s.io",
        `${all} csidrivers.storage.k8s.io`,
        `${all} diskpools.openebs.io`,
        `${all} deployments.apps`,
        `${all} daemonsets.apps`,
        "list controllerrevisions.apps",
        "delete persistentvolumes",
        "delete persistentvolumeclaims",
      ]);
    });
  }

  it("include exactly these cluster-wide ones with the NFS server", async () => {
    assert.deepEqual(await missingPermissions(userWith(sitePermissions("blog")).kubectl, { ...request, nfs: true }), [
      `${all} networkpolicies.networking.k8s.io`,
      `${all} configmaps`,
      // The site's include the list.
      "get, watch, create, patch, delete services",
      `${all} persistentvolumeclaims`,
      `${all} serviceaccounts`,
    ]);
  });

  it("include cluster-wide ones with the NFS server, which has a namespace of its own", async () => {
    const { kubectl } = smallCluster(
      ({ resource, namespace }) => !["networkpolicies", "services"].includes(resource) || namespace !== undefined,
    );
    assert.deepEqual(await missingPermissions(kubectl, { ...request, nfs: true }), [
      "list, get, watch, create, patch, delete services",
      "get, list, watch, create, patch, delete networkpolicies.networking.k8s.io",
    ]);
  });

  it("include csinodes only when a class is probed for ReadWriteMany", async () => {
    const { kubectl } = smallCluster(({ resource }) => resource !== "csinodes");
    const content = {
      content: "shared",
      accessMode: "ReadWriteMany",
      classIsManaged: false,
      migrateContent: false,
    } as const;
    assert.deepEqual(await missingPermissions(kubectl, { ...request, content }), ["list csinodes.storage.k8s.io"]);
    assert.deepEqual(
      await missingPermissions(kubectl, { ...request, content: { ...content, classIsManaged: true } }),
      [],
    );
    const oneNode = { ...content, accessMode: "ReadWriteOnce" } as const;
    assert.deepEqual(await missingPermissions(kubectl, { ...request, content: oneNode }), []);
  });

  it("include claims, Deployments, and jobs when content is shared", async () => {
    const { kubectl } = smallCluster(
      ({ resource }) => !["deployments", "jobs", "cronjobs", "persistentvolumeclaims"].includes(resource),
    );
    const mode = { content: "shared", accessMode: "ReadWriteOnce" } as const;
    const content = { ...mode, classIsManaged: false, migrateContent: false };
    assert.deepEqual(await missingPermissions(kubectl, { ...request, content }), [
      "get, list, patch, delete, watch, create persistentvolumeclaims in namespace blog",
      "get, list, watch, create, patch, delete deployments.apps in namespace blog",
      "get, list, watch, create, patch, delete jobs.batch in namespace blog",
      "get, list, watch, create, patch, delete cronjobs.batch in namespace blog",
    ]);
  });
});
