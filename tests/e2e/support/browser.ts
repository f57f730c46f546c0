import * as fs from "node:fs";
import * as path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { projectRoot } from "../../../lab/support/paths";
import { run } from "../../../lab/support/processes";
import type { Account } from "./load";

/** Three times Playwright's default: the first pages of a site are slow on a busy machine. */
const pageTimeoutMs = 90_000;

const executablePath = "/usr/bin/chromium";

/** Folder of the screenshots. */
export const outputFolder = path.join(projectRoot, "tests/e2e/output");

/** Starts Debian's Chromium, which it installs if it is missing. The browser connects only to the pages that it opens. */
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

/** Submits the form of WordPress's installer. @param address the site's URL @param account the new administrator */
export async function install(page: Page, address: string, { user, password }: Account): Promise<void> {
  page.setDefaultTimeout(pageTimeoutMs);
  await page.goto(`${address}/wp-admin/install.php`);
  // The form's script suggests a password when it has loaded, and would overwrite a password that was typed before. It also copies the
  // password to the second field, without which the installer refuses the form.
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>("#pass1")?.value !== "");
  await page.fill("#weblog_title", "Just add another pod");
  await page.fill("#user_login", user);
  await page.fill("#admin_email", "admin@example.com");
  await page.fill("#pass1", password);
  await page.click("#submit");
  await expectOn(page, "text=Success!", "no installed site");
}

/** Logs in on the login page and waits for the dashboard. @param address the site's URL */
export async function logIn(page: Page, address: string, { user, password }: Account): Promise<void> {
  page.setDefaultTimeout(pageTimeoutMs);
  await page.goto(`${address}/wp-login.php`);
  // A script focuses the user name a moment after the page has loaded. Text that is typed into another field meanwhile would end up there.
  await page.waitForFunction(() => document.activeElement?.id === "user_login");
  await page.fill("#user_login", user);
  await page.fill("#user_pass", password);
  await page.click("#wp-submit");
  await expectOn(page, "#wpadminbar", "no dashboard");
}

/** @throws Error with the page's address and text if the selector does not match in time */
async function expectOn(page: Page, selector: string, otherwise: string): Promise<void> {
  await page.waitForSelector(selector).catch(async (error: unknown) => {
    const text = (await page.innerText("body")).slice(0, 300);
    throw new Error(`${otherwise}, but ${page.url()}: ${text}`, { cause: error });
  });
}
