/** The built site in a browser, as people use it: a spec is typed, mended, compiled, run everywhere, shared. */

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { last, reference, standardized } from "../../examples/browser/reference.ts";
import { importsIn, sizesOf, total } from "../../playground/site/first-load.ts";
import { hashOf } from "../../playground/src/page/link.ts";
import { compileWasm } from "../../src/compile/compile-wasm.ts";
import { check } from "../../src/index.ts";
import { resolveDtypes } from "../../src/runtime/shapes/element-types.ts";
import { resolveShapes } from "../../src/runtime/shapes/shapes.ts";
import { createWasmNorm } from "../../src/runtime/wasm/index.ts";
import { randomFeeds } from "../../src/tuning/measure/random-feeds.ts";
import { temporaryFolder } from "../cli/normc.ts";
import {
  buildSite,
  filesIn,
  openBrowser,
  openSite,
  type ServedSite,
  seriousFindings,
  serveSite,
} from "./site.ts";

const spec = `norm Mine {
  axes   N, D
  param  eps = 1e-5
  input  x[N, D]
  affine gamma[D] = 1, beta[D] = 0

  y = (x - mean(x over D)) / sqrt(var(x over D) + eps) * gamma + beta

  output y
}
`;
const wrong = spec.replace("* gamma", "* gama");
const dims = { x: [24, 96], gamma: [96], beta: [96] } as const;

const folder = temporaryFolder();
let site: ServedSite;
let browser: Browser | undefined;

beforeAll(async () => {
  await buildSite(folder.path);
  site = await serveSite(folder.path);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  site.close();
  folder[Symbol.dispose]();
});

/** The files that stand before the first kernels. */
function firstLoad(): ReturnType<typeof sizesOf> {
  const files = [...filesIn(folder.path)].map(([name, bytes]) => ({
    name,
    text: bytes,
    imports: importsIn(name, bytes.toString()),
  }));
  const worker = files.find(({ name }) => /compiler-worker-.*\.js$/.test(name));
  return sizesOf(files, ["index.html", worker?.name ?? ""]);
}

test("what a page loads before the first kernels is below 500 kB, compressed", () => {
  const { first, later } = firstLoad();
  console.log(`the first load of the playground: ${(total(first) / 1000).toFixed(0)} kB, compressed`);
  expect(Object.keys(first).some((name) => name.includes("compiler-worker"))).toBe(true);
  // 425 kB in November 2026; the compiler with the language server is 256 of them.
  expect(total(first)).toBeLessThan(500_000);
  // They come when they are wanted.
  for (const name of ["wabt", "gpu-browser", "uPlot", "write-typescript", "run-worker"])
    expect(Object.keys(later).some((one) => one.includes(name))).toBe(true);
});

test("every document has a page, and its links lead to pages that are there", () => {
  const files = filesIn(folder.path);
  const pages = [...files].filter(([name]) => /^docs\/.*\.html$/.test(name));
  expect(pages.length).toBeGreaterThan(80);
  const broken = pages.flatMap(([name, bytes]) =>
    [...bytes.toString().matchAll(/href="(?![a-z]+:)([^"#]+)[^"]*"/g)].flatMap(([, href = ""]) => {
      const target = new URL(href, `file:///${name}`).pathname.slice(1);
      return files.has(target) ? [] : [`${name}: ${href}`];
    }),
  );
  expect(broken).toEqual([]);
});

/** The largest error of WebAssembly, which gives the same bits in Node, by a formula that is no part of the compiler. */
async function expectedError(): Promise<number> {
  const { norms } = await check(spec);
  const { program } = await compileWasm(norms[0]!.graphs[0]!);
  const feeds = randomFeeds(program, resolveShapes(program, dims, {}), resolveDtypes(program, "f32"));
  using norm = await createWasmNorm(program, { dims }, { threads: 1 });
  const got = norm.run(Object.fromEntries(feeds)).y!;
  const of = (name: string): Float32Array => Float32Array.from(feeds.get(name)!);
  const affine = { gamma: of("gamma"), beta: of("beta") };
  const want = reference(of("x"), dims.x, last, standardized(1e-5), affine, false);
  return Math.max(...want.map((value, i) => Math.abs(got[i]! - value) / Math.max(1, Math.abs(value))));
}

browser = await openBrowser();

describe.skipIf(browser === undefined)("the playground", () => {
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    ({ page, complaints } = await openSite(browser!, site.address, "light"));
    await compiled("GroupNorm");
  });

  const compiled = (name: string): Promise<unknown> =>
    page.waitForFunction((wanted) => document.body.dataset.compiled === wanted, name, { timeout: 30_000 });
  const write = async (text: string): Promise<void> => {
    await page.click("#editor .cm-content");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(text);
  };
  const problems = (): Promise<string> => page.innerText("#problems");
  const textOf = (panel: string): Promise<string> => page.innerText(`#panel-${panel} .cm-content`);
  /** Where a word of a line of the editor stands: a word without a colour is no element. */
  const placeOf = (line: string, word: string): Promise<{ x: number; y: number }> =>
    page.evaluate(
      ([wanted = "", part = ""]) => {
        const lines = [...document.querySelectorAll("#editor .cm-line")];
        const found = lines.find((one) => one.textContent?.trim() === wanted);
        const texts = document.createTreeWalker(found ?? document.body, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
          const at = node.textContent?.indexOf(part) ?? -1;
          if (at < 0) continue;
          range.setStart(node, at);
          range.setEnd(node, at + part.length);
          break;
        }
        const { left, top, width, height } = range.getBoundingClientRect();
        return { x: left + width / 2, y: top + height / 2 };
      },
      [line, word],
    );
  const idle = (): Promise<unknown> =>
    page.waitForFunction(() => document.querySelector("#sizes button")?.textContent === "Run", undefined, {
      timeout: 60_000,
    });
  const run = async (): Promise<void> => {
    await page.click("#sizes button");
    await idle();
  };

  it("asks for nothing but its first load until the first kernels are shown", () => {
    const { first } = firstLoad();
    const runner = site.asked.findIndex((one) => one.includes("run-worker"));
    const before = site.asked.slice(0, runner < 0 ? site.asked.length : runner);
    expect(before.filter((name) => !(name in first) && name !== "")).toEqual([]);
  });

  it("marks a mistake where it is, and will not run it", async () => {
    await write(wrong);
    await page.waitForSelector("#editor .cm-lintRange-error");
    expect(await page.innerText("#editor .cm-lintRange-error")).toBe("gama");
    expect(await problems()).toMatch(/7:\d+\s+N201\s+there is nothing called `gama`/);
    await page.click("#sizes button");
    expect(await page.innerText("#runs .told")).toContain("The spec has a mistake");
  });

  it("completes names that are in scope", async () => {
    await page.keyboard.press("ControlOrMeta+End");
    await page.click("#editor .cm-lintRange-error");
    await page.keyboard.press("Control+Space");
    await page.waitForSelector(".cm-tooltip-autocomplete li");
    expect(await page.innerText(".cm-tooltip-autocomplete")).toContain("gamma");
    await page.keyboard.press("Escape");
  });

  it("shows the documentation of a name, and runs nothing of it", async () => {
    await write(`/// Mine. <img src=x onerror="document.body.dataset.ran = 1"> **Bold**.\n${spec}`);
    const { x, y } = await placeOf("norm Mine {", "Mine");
    await page.mouse.move(x, y);
    await page.mouse.move(x + 2, y);
    await page.waitForSelector(".cm-tooltip-hover");
    const tooltip = page.locator(".cm-tooltip-hover");
    expect(await tooltip.innerText()).toContain("Mine(x[N, D]");
    expect(await tooltip.locator("img").count()).toBe(0);
    expect(await page.evaluate(() => document.body.dataset.ran)).toBeUndefined();
    await page.mouse.move(0, 0);
  });

  it("shows the graph after each pass, and the kernels, once it is mended", async () => {
    await write(spec);
    await compiled("Mine");
    await page.waitForFunction(() => document.querySelector("#problems .fine") !== null);
    await page.click('.passes button:has-text("stabilise")');
    expect(await textOf("graph")).toContain("shift(x over D) : N");
    expect(await page.locator("#panel-graph .cm-added").count()).toBeGreaterThan(0);
    const wanted = { plan: "grid  N; row D", wgsl: "var<storage, read> x", glsl: "x", wat: "(module" };
    for (const [panel, text] of Object.entries(wanted)) {
      await page.click(`#tab-${panel}`);
      await page.waitForFunction(
        ([name, part]) => document.querySelector(`#panel-${name} .cm-content`)?.textContent?.includes(part!),
        [panel, text],
      );
    }
  });

  it("lights up the lines of a kernel that belong to a line of the spec", async () => {
    await page.click("#tab-wgsl");
    await page.hover("#editor .cm-line:has-text('affine gamma')");
    const lit = await page.locator("#panel-wgsl .cm-lit").allInnerTexts();
    expect(lit.length).toBeGreaterThan(0);
    for (const line of lit) expect(line).toMatch(/gamma|beta/);
  });

  it("runs on three backends, and the error that it shows is that of the oracle", async () => {
    await page.fill('#sizes input[name="N"]', "24");
    await page.fill('#sizes input[name="D"]', "96");
    await run();
    for (const backend of ["webgpu", "webgl2", "wasm"]) {
      const row = page.locator(`[data-backend="${backend}"]`);
      expect(await row.getAttribute("data-state"), await row.innerText()).toBe("timed");
      const error = Number(await row.locator('[data-field="error"]').getAttribute("data-value"));
      expect(error).toBeGreaterThan(0);
      // The contract of the numerics.
      expect(error).toBeLessThanOrEqual(1e-5);
      if (backend !== "wasm") continue;
      // Both references are float64: what they differ by is a millionth of an error of f32.
      const expected = await expectedError();
      expect(Math.abs(error / expected - 1)).toBeLessThan(1e-5);
    }
  });

  it("shows how the formula of textbooks fails far from zero, and ours does not", async () => {
    await page.click("#tab-curve");
    await run();
    const worst = async (name: string): Promise<number> =>
      Math.max(...(await page.locator(`#panel-curve td[data-name="${name}"]`).allInnerTexts()).map(Number));
    for (const name of ["webgpu", "webgl2", "wasm"]) expect(await worst(name)).toBeLessThanOrEqual(1e-5);
    // A variance that is off by more than itself, or below zero.
    expect(await worst("naive")).not.toBeLessThan(1);
    expect(await page.locator("#panel-curve canvas").count()).toBe(1);
  });

  it("checks gradients against differences", async () => {
    await page.click("#tab-gradients");
    await run();
    const cells = page.locator("#panel-gradients td");
    // d_x, d_gamma and d_beta: by differences and on three backends.
    expect(await cells.count()).toBe(12);
    expect(await page.locator("#panel-gradients td.good").count()).toBe(12);
  });

  it("opens what a link carries, and makes such a link", async () => {
    await page.click("#share");
    const linked = new URL(page.url()).hash;
    expect(linked).toBe(hashOf({ text: spec }));
    await page.evaluate(() => {
      location.hash = "#example=rms_norm";
    });
    await compiled("RMSNorm");
    await page.evaluate((hash) => {
      location.hash = hash;
    }, linked);
    await compiled("Mine");
    expect(await page.inputValue("#example")).toBe("");
  });

  it("has no serious finding of axe in either theme, and no error on the console", async () => {
    for (const _ of ["light", "dark"]) {
      expect(await seriousFindings(page)).toEqual([]);
      await page.click("#theme");
    }
    expect(complaints).toEqual([]);
  });

  it("shows the failing spec of a diagnostic live, and opens it in the playground", async () => {
    const { page: guide, complaints: told } = await openSite(
      browser!,
      `${site.address}docs/N201.html`,
      "dark",
    );
    await guide.waitForSelector(".live .cm-lintRange-error", { timeout: 20_000 });
    expect(await guide.innerText(".live-problems")).toContain("N201");
    expect(await seriousFindings(guide)).toEqual([]);
    // A short one: of a long page axe looks at each coloured word.
    await guide.goto(`${site.address}docs/config.html`);
    await guide.click("#theme");
    expect(await seriousFindings(guide)).toEqual([]);
    await guide.goto(`${site.address}docs/language.html`);
    const language = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8");
    const examples = language.match(/^```norm/gm);
    expect(await guide.locator(".example a.open").count()).toBe(examples?.length);
    await guide.click(".example a.open >> nth=0");
    await guide.waitForFunction(() => document.body.dataset.compiled === "LayerNorm", undefined, {
      timeout: 30_000,
    });
    expect(told).toEqual([]);
    await guide.close();
  });
});
