/** The compiler in a page: as one script, under a policy that forbids `eval`, with the same results as in Node. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { afterAll, describe, expect, it, test } from "vitest";
import { servePage } from "../../examples/browser/serve.ts";
import * as compiler from "../../src/index.ts";
import { openPage } from "./browser.ts";
import { buildLibrary, type SpecText } from "./compiler-job.ts";
import type { CompilerAnswers } from "./compiler-page.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test("what a page loads at once is below 250 kB, minified and compressed, and nothing is only there in Node", async () => {
  const bundle = await rolldown({
    input: path("../../src/index.ts"),
    platform: "browser",
    onLog(_, { code, message }) {
      if (code === "UNRESOLVED_IMPORT") throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: "es", minify: true });
  await bundle.close();
  const chunks = output.filter((one) => one.type === "chunk");
  const files = chunks.map((one) => one.fileName);
  const imported = chunks.flatMap((one) => [...one.imports, ...one.dynamicImports]);
  expect(imported.filter((name) => !files.includes(name))).toEqual([]);
  const atOnce = chunks.filter((one) => one.isEntry || chunks[0]!.imports.includes(one.fileName));
  const bytes = atOnce.reduce((sum, one) => sum + gzipSync(one.code).byteLength, 0);
  // 110 kB in November 2026; a quarter of it is the parser library.
  expect(bytes).toBeLessThan(250_000);
  expect(atOnce.some((one) => /new Function\(|\beval\(/.test(one.code))).toBe(false);
  // ts-morph, which only `build` loads.
  expect(chunks.filter((one) => !atOnce.includes(one))).toHaveLength(1);
});

const library = path("../../library/");
const specs = readdirSync(library).map(
  (name): SpecText => ({ path: name, text: readFileSync(library + name, "utf8") }),
);
const html = `<!doctype html><link rel="icon" href="data:,">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; img-src data:">
<script type="application/json" id="specs">${JSON.stringify(specs).replaceAll("<", "\\u003c")}</script>
<script type="module" src="main.js"></script>`;
const served = await servePage(html, path("compiler-page.ts"));
const opened = await openPage(served.address);
afterAll(async () => {
  await opened?.close();
  await served.close();
});

type Scope = typeof globalThis & { readonly compilerAnswers: Promise<CompilerAnswers> };

describe.skipIf(opened === undefined)("the compiler in a page", async () => {
  const answers = await opened?.page.evaluate(() => (globalThis as Scope).compilerAnswers);

  it("is under a policy that forbids eval", () => expect(answers?.evaluates).toBe(false));

  it("makes of the library what it makes in Node", async () => {
    const wanted = await buildLibrary(specs, compiler);
    expect(Object.keys(answers!.library)).toEqual(specs.map((one) => one.path));
    for (const [spec, files] of Object.entries(wanted)) {
      const made = answers!.library[spec]!;
      expect(Object.keys(made)).toEqual(Object.keys(files));
      // Not the texts themselves: nobody reads a megabyte of them.
      for (const [name, text] of Object.entries(files)) expect(made[name] === text, name).toBe(true);
    }
  });

  it("loads ts-morph when it builds, not when it compiles", () => {
    const { before, after } = answers!.scripts;
    expect(before).toContain("/main.js");
    expect(before.some((one) => one.includes("write-typescript"))).toBe(false);
    expect(after.filter((one) => one.includes("write-typescript"))).toHaveLength(1);
  });

  it("says what is wrong with a spec, and formats as Node does", () => {
    expect(answers?.wrong.norms).toBe(0);
    expect(answers?.wrong.told).toContain("error[N201]");
    expect(answers?.formatted).toEqual(specs.map(({ text }) => compiler.format(text).text));
    // That the page tried `eval` once was said.
    expect(opened?.complaints().filter((one) => !/unsafe-eval/.test(one))).toEqual([]);
  });
});
