import * as assert from "node:assert/strict";
import { SmallKubectl } from "../../tests/support/smallKubectl";
import type { AnyObject, Claim, PodController } from "../kubernetes/objects";
import { readDatabaseFiles, recordSeries } from "./databaseFiles";

const uid = "1";
const claim = (series?: string): Claim => ({
  metadata: {
    ...{ name: "data-mariadb-0", namespace: "blog", uid },
    ...(series === undefined ? {} : { annotations: { "wordpress/mariadb-series": series } }),
  },
  spec: { resources: { requests: { storage: "1Gi" } } },
});
const server = (image: string): PodController => ({
  metadata: { name: "mariadb", namespace: "blog", uid },
  spec: { template: { spec: { containers: [{ name: "mariadb", image }] } } },
});
const pod = (imageID: string, state: object): AnyObject =>
  ({
    metadata: { name: "mariadb-0", namespace: "blog", uid },
    status: { containerStatuses: [{ name: "mariadb", imageID, state }] },
  }) as AnyObject;

/** What is known of the files if the image is to be 11.8. */
function known(
  { recorded, image, pods = [] }: { recorded?: string; image?: string; pods?: readonly AnyObject[] },
  version = "mariadbd  Ver 10.11.14-MariaDB",
) {
  const kubectl = new SmallKubectl({ pods }, { answer: () => version });
  const objects = { claims: [claim(recorded)], podControllers: image === undefined ? [] : [server(image)] };
  return readDatabaseFiles(kubectl, { namespace: "blog", image: "mariadb:11.8" }, objects);
}
const running = pod("sha256:a", { running: {} });

describe("files of the database", () => {
  it("are of the series that the claim records, also without a server", async () => {
    assert.deepEqual(await known({ recorded: "10.11" }), { image: undefined, series: "10.11" });
    assert.deepEqual(await known({}), { image: undefined, series: undefined });
  });

  it("are of the running server's series, whatever its image is called", async () => {
    const { series } = await known({ image: "registry.example/db:live", pods: [running] });
    assert.equal(series, "10.11");
  });

  it("are of the newer series if a server of a newer one has used them, even if it is not ready", async () => {
    const broken = pod("sha256:a", { waiting: { reason: "CrashLoopBackOff" } });
    for (const pods of [[broken], []]) {
      assert.deepEqual(await known({ recorded: "10.11", image: "mariadb:11.4", pods }), {
        image: "mariadb:11.4",
        series: "11.4",
        isUnknown: false,
      });
    }
  });

  it("are of the recorded series if the server's image was never pulled", async () => {
    const unpulled = pod("", { waiting: { reason: "ImagePullBackOff" } });
    const { series } = await known({ recorded: "10.11", image: "mariadb:99.1", pods: [unpulled] });
    assert.equal(series, "10.11");
  });

  it("are of an unknown series if neither claim, server nor image tells it", async () => {
    const { isUnknown } = await known({ image: "registry.example/db:live", pods: [running] }, "no version");
    assert.equal(isUnknown, true);
  });

  it("are not looked into if the image does not change", async () => {
    const kubectl = new SmallKubectl({});
    const objects = { claims: [claim("10.11")], podControllers: [server("mariadb:lts")] };
    const files = await readDatabaseFiles(kubectl, { namespace: "blog", image: "mariadb:lts" }, objects);
    assert.deepEqual([files, kubectl.calls], [{ image: "mariadb:lts", series: "10.11" }, []]);
  });

  it("get their series recorded on the claim, unless the version is unknown", async () => {
    const kubectl = new SmallKubectl({ persistentvolumeclaims: [claim("10.11")] });
    await recordSeries(kubectl, "blog", "11.8.9-MariaDB-deb13");
    await recordSeries(kubectl, "blog", "8.0.36");
    const { items } = await kubectl.json<{ items: Claim[] }>(["get", "persistentvolumeclaims", "--namespace", "blog"]);
    assert.deepEqual(items[0]?.metadata.annotations, { "wordpress/mariadb-series": "11.8" });
  });
});
