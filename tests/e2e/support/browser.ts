import * as fs from "node:fs";
import * as path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { projectRoot } from "../../../lab/support/paths";
import { run } from "../../../lab/support/processes";
import type { Account } from "./load";

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

/** Logs somebody in by the login page; ends in the dashboard. @param address where the site is */
export async function logIn(page: Page, address: string, { user, password }: Account): Promise<void> {
  // Three times Playwright's default: the first pages of a site are slow on a busy machine.
  page.setDefaultTimeout(90_000);
  await page.goto(`${address}/wp-login.php`);
  // The page goes there by itself, a moment after it has come: what is being typed elsewhere by then would go there with it.
  await page.waitForFunction(() => document.activeElement?.id === "user_login");
  await page.fill("#user_login", user);
  await page.fill("#user_pass", password);
  await page.click("#wp-submit");
  await page.waitForSelector("#wpadminbar").catch(async (error: unknown) => {
    const text = (await page.innerText("body")).slice(0, 300);
    throw new Error(`no dashboard, but ${page.url()}: ${text}`, { cause: error });
  });
}
