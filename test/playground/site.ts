/** The site, built once into a folder of its own, and served with a list of what was asked for. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { launchChromium } from "../browser/chromium.ts";
import { missing } from "../support/requirements.ts";

const root = new URL("../../", import.meta.url);

export async function buildSite(folder: string): Promise<void> {
  await build({
    configFile: fileURLToPath(new URL("playground/vite.config.ts", root)),
    logLevel: "error",
    build: { outDir: folder },
  });
}

/** By path in the site: the bytes of each file. */
export function filesIn(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name.replaceAll("\\", "/"), readFileSync(join(folder, name))]));
}

export interface ServedSite {
  readonly address: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];
  readonly close: () => void;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** In a folder, as GitHub Pages serves it. */
export async function serveSite(folder: string): Promise<ServedSite> {
  const asked: string[] = [];
  const server = createServer(({ url = "/" }, response) => {
    const path = new URL(url, "http://localhost").pathname.replace(/^\/normc\//, "");
    const file = join(folder, path === "" ? "index.html" : path);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    asked.push(path);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}/normc/`,
    asked,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Undefined, and a line on the console, where there is no browser. @throws Error where `NORMC_REQUIRE` lists it. */
export async function openBrowser(): Promise<Browser | undefined> {
  return launchChromium().catch((error: unknown) => {
    missing("browser", error instanceof Error ? error.message : String(error));
    return undefined;
  });
}

export interface SitePage {
  readonly page: Page;
  /** What the page wrote as an error, or did not catch. */
  readonly complaints: readonly string[];
}

export async function openSite(
  browser: Browser,
  address: string,
  theme: "light" | "dark",
): Promise<SitePage> {
  // The locale of a machine without one, `C`, is no language for `Intl`, which uPlot asks.
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    colorScheme: theme,
    locale: "en-US",
  });
  const complaints: string[] = [];
  page.on("console", (one) => {
    if (one.type() === "error") complaints.push(one.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address);
  return { page, complaints };
}

const axe = fileURLToPath(new URL("node_modules/axe-core/axe.min.js", root));

/** What axe finds serious: the rule, and the elements. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { readonly axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map((one) => `${id}: ${one.target.join(" ")} ${one.failureSummary}`));
  });
}
