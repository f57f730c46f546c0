import * as assert from "node:assert/strict";
import { remoteIpConfiguration } from "./clientAddress";
import { claimedHeaders } from "../../tests/support/claimedHeaders";

const lines = (proxies: Parameters<typeof remoteIpConfiguration>[0]) => remoteIpConfiguration(proxies).split("\n");
const trusted = (proxies: Parameters<typeof remoteIpConfiguration>[0]) =>
  lines(proxies).flatMap((line) => /^RemoteIPInternalProxy (.*)$/.exec(line)?.[1] ?? []);

describe("Apache configuration of client addresses", () => {
  it("trusts no proxy by default, and has no header that names an address", () => {
    assert.deepEqual(trusted([]), []);
    assert.ok(!lines([]).some((line) => line.startsWith("RemoteIPHeader")));
    assert.ok(lines([]).some((line) => line.startsWith('RequestHeader unset X-Forwarded-Proto "expr=!((false) &&')));
  });

  it("trusts the configured proxies, for the address and for the scheme", () => {
    assert.deepEqual(trusted(["192.0.2.0/24", "fd00::/8"]), ["192.0.2.0/24", "fd00::/8"]);
    assert.ok(lines(["192.0.2.0/24"]).includes("RemoteIPHeader X-Forwarded-For"));
    const scheme = lines(["192.0.2.0/24", "fd00::/8"]).find((line) => line.includes("unset X-Forwarded-Proto")) ?? "";
    assert.ok(
      scheme.includes("%{CONN_REMOTE_ADDR} -ipmatch '192.0.2.0/24' || %{CONN_REMOTE_ADDR} -ipmatch 'fd00::/8'"),
    );
  });

  it("trusts every client behind the page cache, in ranges that Apache accepts", () => {
    assert.deepEqual(trusted("all"), ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]);
  });

  it("removes all other headers in which a client claims an address, a scheme, or a name", () => {
    for (const name of claimedHeaders) {
      for (const proxies of [[], ["192.0.2.0/24"], "all"] as const) {
        assert.ok(lines(proxies).includes(`RequestHeader unset ${name}`), name);
      }
    }
  });
});
