/** A page in headless Chromium, for tests: one a test file. */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { servePage } from "../../examples/browser/serve.ts";
import type { Trial } from "../support/compare.ts";
import { gatherProgramOf, programOf } from "../support/compiled.ts";
import { missing } from "../support/requirements.ts";
import { wasmProgramOf } from "../support/wasm.ts";
import { launchChromium } from "./chromium.ts";
import type { Answer, Job, Machine, TestPage } from "./job.ts";

export interface OpenPage {
  readonly page: Page;
  /** What the page wrote as an error, what it did not catch, and what WebGL refused, since the last call. */
  complaints(): string[];
  close(): Promise<void>;
}

/**
 * Opens an address. Says on the console why there is no browser, where there is none.
 * @throws Error where `NORMC_REQUIRE` lists it.
 */
export async function openPage(address: string): Promise<OpenPage | undefined> {
  const browser = await launchChromium().catch((error: unknown) => {
    missing("browser", error instanceof Error ? error.message : String(error));
    return undefined;
  });
  if (browser === undefined) return undefined;
  const page = await browser.newPage();
  let complaints: string[] = [];
  page.on("console", (one) => {
    // WebGL says as a warning what it did not do.
    if (one.type() === "error" || /^WebGL: /.test(one.text())) complaints.push(one.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address);
  return {
    page,
    complaints() {
      const told = complaints;
      complaints = [];
      return told;
    },
    close: () => browser.close(),
  };
}

/** The page of the tests, which runs programs. */
export interface Runner extends OpenPage {
  readonly machine: Machine;
  run(jobs: readonly Job[]): Promise<Answer[]>;
}

export type Scope = typeof globalThis & { readonly testPage: TestPage };

export async function openRunner(): Promise<Runner | undefined> {
  const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>';
  const served = await servePage(html, fileURLToPath(new URL("page.ts", import.meta.url)));
  const opened = await openPage(served.address);
  if (opened === undefined) {
    await served.close();
    return undefined;
  }
  const { page } = opened;
  return {
    ...opened,
    machine: await page.evaluate(() => (globalThis as Scope).testPage.machine()),
    run: (jobs) => page.evaluate((given) => (globalThis as Scope).testPage.run(given), jobs),
    async close() {
      await opened.close();
      await served.close();
    },
  };
}

export type Target = Job["target"];

export interface Ran {
  readonly results: Readonly<Record<string, Float32Array>>;
  readonly dims: Readonly<Record<string, readonly number[]>>;
}

/** Runs a trial in the page. Throws where it fails there, and where something else ran than was asked for. */
export async function resultsOn(runner: Runner, target: Target, trial: Trial): Promise<Ran> {
  const [answer] = await runner.run([await jobOf(target, trial)]);
  if (answer === undefined || "error" in answer) throw new Error(answer?.error ?? "no answer");
  const wanted = { webgl2: "webgl2", webgpu: "swiftshader", wasm: "wasm" }[target];
  if (answer.ran !== wanted) throw new Error(`${answer.ran} ran, not ${wanted}`);
  return ranOf(answer);
}

export function ranOf(answer: Extract<Answer, { results: unknown }>): Ran {
  const results = Object.entries(answer.results).map(([name, text]) => [name, decode(text)] as const);
  return { results: Object.fromEntries(results), dims: answer.dims };
}

export async function jobOf(target: Target, { graph, dims, params = {}, dtype, feeds }: Trial): Promise<Job> {
  const encoded = Object.entries(feeds).map(([name, values]) => [name, encode(values)] as const);
  const common = { dims, params, dtype, feeds: Object.fromEntries(encoded) };
  switch (target) {
    case "webgl2":
      return { ...common, target, program: gatherProgramOf(graph) };
    case "webgpu":
      return { ...common, target, program: programOf(graph) };
    case "wasm":
      return { ...common, target, program: await wasmProgramOf(graph) };
  }
}

function encode(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

function decode(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
}
