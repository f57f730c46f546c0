import * as assert from "node:assert/strict";
import { urlHost } from "./hostAddress";
import { siteJson } from "../wordpress/siteFiles";
import { siteSettings } from "../../tests/support/siteSettings";

describe("a host in an URL", () => {
  it("has brackets where it is an IPv6 address, in its canonical form", () => {
    for (const address of ["2001:db8::7", "[2001:db8::7]", "2001:DB8:0:0:0:0:0:7"]) {
      assert.equal(urlHost(address), "[2001:db8::7]");
    }
    assert.equal(urlHost("::1"), "[::1]");
  });

  it("is as it was where it is a name, an IPv4 address, or no address of every machine", () => {
    for (const host of ["a.example", "192.0.2.7", "fe80::1%eth0", "1::2::3", ""]) assert.equal(urlHost(host), host);
  });

  it("has the same form in the site's settings, for every address of a node", () => {
    const { addresses } = JSON.parse(siteJson(siteSettings, ["192.0.2.7", "2001:db8::7"])) as { addresses: string[] };
    assert.deepEqual(addresses, ["192.0.2.7", "[2001:db8::7]"]);
  });
});
