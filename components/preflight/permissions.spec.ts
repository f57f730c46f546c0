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

/** A cluster that allows what the function says, and remembers what it was asked. */
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

describe("the rights of the context's user", () => {
  it("are enough where all is allowed", async () => {
    assert.deepEqual(await missingPermissions(smallCluster(() => true).kubectl, request), []);
  });

  it("are the ones of this list and no other, where nothing is allowed", async () => {
    assert.deepEqual(await missingPermissions(smallCluster(() => false).kubectl, request), sitePermissions("blog"));
  });

  it("are enough where these are granted, those of the site in its own namespace only", async () => {
    assert.deepEqual(await missingPermissions(userWith(sitePermissions("blog")).kubectl, request), []);
  });

  it("are missing where they are granted in another namespace", async () => {
    const { kubectl } = userWith(sitePermissions("wordpress"));
    const inNamespace = sitePermissions("blog").filter((right) => right.includes(" in namespace "));
    // The whole cluster's Services are listed anyway, for their node ports.
    assert.deepEqual(
      await missingPermissions(kubectl, request),
      inNamespace.map((right) =>
        right.replace("list, watch, create, patch, delete services", "watch, create, patch, delete services"),
      ),
    );
  });

  it("that are missing are named by resource, with group and namespace", async () => {
    const { kubectl } = smallCluster(
      ({ verb, resource }) => resource !== "nodes" && !(resource === "statefulsets" && verb !== "get"),
    );
    assert.deepEqual(await missingPermissions(kubectl, request), [
      "list nodes",
      "list, watch, create, patch, delete statefulsets.apps in namespace blog",
    ]);
  });

  it("are asked for in the stack's own namespace, where the resource has one", async () => {
    const { kubectl, asked } = smallCluster(() => true);
    await missingPermissions(kubectl, request);
    assert.deepEqual([...new Set(asked.map(({ namespace }) => namespace))], [undefined, "blog"]);
    const everywhere = asked.filter(({ namespace }) => namespace === undefined).map(({ resource }) => resource);
    const expected = ["namespaces", "services", "storageclasses", "nodes", "persistentvolumes"];
    assert.deepEqual([...new Set(everywhere)], expected);
  });

  it("have a watch on everything that the provider waits for", async () => {
    const { kubectl, asked } = smallCluster(() => true);
    await missingPermissions(kubectl, request);
    const watched = asked.filter(({ verb }) => verb === "watch").map(({ resource }) => resource);
    const expected = [
      ...["configmaps", "events", "namespaces", "networkpolicies", "poddisruptionbudgets", "pods", "secrets"],
      ...["serviceaccounts", "services", "statefulsets"],
    ];
    assert.deepEqual(watched.sort(), expected);
  });

  it("are more where the stack installs OpenEBS, each verb named once", async () => {
    const openEbs = { engine: "hostpath", pools: [], managesNodes: false } as const;
    const { kubectl } = smallCluster(({ resource }) => !["storageclasses", "nodes", "diskpools"].includes(resource));
    assert.deepEqual(await missingPermissions(kubectl, { ...request, openEbs }), [
      "list, get, watch, create, patch, delete storageclasses.storage.k8s.io",
      "list, patch nodes",
      "get, list, watch, create, patch, delete diskpools.openebs.io",
    ]);
  });

  for (const engine of ["hostpath", "replicated"] as const) {
    it(`include these cluster-wide ones and no other with the engine ${engine}`, async () => {
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

  it("include these cluster-wide ones and no other with volumes by NFS", async () => {
    assert.deepEqual(await missingPermissions(userWith(sitePermissions("blog")).kubectl, { ...request, nfs: true }), [
      `${all} networkpolicies.networking.k8s.io`,
      `${all} configmaps`,
      // The site's include the list.
      "get, watch, create, patch, delete services",
      `${all} persistentvolumeclaims`,
      `${all} serviceaccounts`,
    ]);
  });

  it("are more where volumes by NFS come along, which are in a namespace of their own", async () => {
    const { kubectl } = smallCluster(
      ({ resource, namespace }) => !["networkpolicies", "services"].includes(resource) || namespace !== undefined,
    );
    assert.deepEqual(await missingPermissions(kubectl, { ...request, nfs: true }), [
      "list, get, watch, create, patch, delete services",
      "get, list, watch, create, patch, delete networkpolicies.networking.k8s.io",
    ]);
  });

  it("include csinodes where a class for ReadWriteMany is probed, and only there", async () => {
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

  it("are more where content is shared: its claim, its Deployment and its jobs", async () => {
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
