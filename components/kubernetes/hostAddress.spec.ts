import * as assert from "node:assert/strict";
import { urlHost } from "./hostAddress";
import { renderSiteSettings } from "../wordpress/siteFiles";
import { siteConfig } from "../../tests/support/siteConfig";

describe("host in a URL", () => {
  it("is an IPv6 address in brackets and in its canonical form", () => {
    for (const address of ["2001:db8::7", "[2001:db8::7]", "2001:DB8:0:0:0:0:0:7"]) {
      assert.equal(urlHost(address), "[2001:db8::7]");
    }
    assert.equal(urlHost("::1"), "[::1]");
  });

  it("is unchanged for a name, an IPv4 address, an address with a zone, and an invalid address", () => {
    for (const host of ["a.example", "192.0.2.7", "fe80::1%eth0", "1::2::3", ""]) assert.equal(urlHost(host), host);
  });

  it("has the same form for every node address in the site's settings", () => {
    const { addresses } = JSON.parse(renderSiteSettings(siteConfig, ["192.0.2.7", "2001:db8::7"])) as {
      addresses: string[];
    };
    assert.deepEqual(addresses, ["192.0.2.7", "[2001:db8::7]"]);
  });
});
