import { delayHealthChecks } from "./support/healthChecks";
import { silenceNameServer } from "./support/nameServer";
import { survives } from "./support/survives";

describe("site under load, faults of shared services:", function () {
  this.timeout(5 * 60_000);

  survives("the cluster's name server does not answer for 15 s", "nameServerSilent", () => silenceNameServer(15));

  survives("the database's health checks do not answer for 45 s, but the server does", "healthChecksLate", (site) =>
    delayHealthChecks(site, 45),
  );
});
