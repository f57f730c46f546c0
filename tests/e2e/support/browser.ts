import * as fs from "node:fs";
import * as path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { projectRoot } from "../../../lab/support/paths";
import { run } from "../../../lab/support/processes";

const executablePath = "/usr/bin/chromium";

/** Where screenshots are kept. */
export const outputFolder = path.join(projectRoot, "tests/e2e/output");

/** Debian's Chromium, installed if it is missing; it talks to nobody but the pages that it is sent to. */
export async function openBrowser(): Promise<Browser> {
  if (!fs.existsSync(executablePath)) {
    await run("apt-get", ["update"]);
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], {
      env: { DEBIAN_FRONTEND: "noninteractive" },
    });
  }
  fs.mkdirSync(outputFolder, { recursive: true });
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
  });
}
