import { silenceNameServer } from "./support/nameServer";
import { survives } from "./support/survives";

describe("under load, of what all pods need", function () {
  this.timeout(5 * 60_000);

  survives("the cluster's name server does not answer for 15 s", "nameServerSilent", () => silenceNameServer(15));
});
