import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";
import { rolldown } from "rolldown";
import { readFileSync } from "node:fs";
import { compileGather } from "../src/compile/gather.ts";
import { libraryNorms } from "../test/support/library.ts";
import { worstOf } from "../test/support/compare.ts";
import { backwardTrial, numbersOnly, worstGradientOf } from "../test/support/gradients.ts";
import { awkwardShapes, gradientShapes, ownParams, randomTrial } from "../test/support/shapes.ts";
const bundle = await rolldown({ input: new URL("page.ts", import.meta.url).pathname, resolve: { conditionNames: ["source"] } });
const { output } = await bundle.generate({ format: "iife" });
const path = await chromium.executablePath();
const browser = await playwright.launch({ executablePath: path, headless: true, args: [...chromium.args, "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"] });
const page = await browser.newPage();
page.on("console", (m) => console.log("PAGE", m.text().slice(0, 3000)));
await page.goto("about:blank");
await page.addScriptTag({ content: readFileSync("node_modules/gpu.js/dist/gpu-browser.js", "utf8") });
await page.addScriptTag({ content: output[0].code });
console.log(await page.evaluate(() => ({ gl2: (globalThis as any).GPU.isWebGL2Supported ?? (globalThis as any).GPU.GPU.isWebGL2Supported })));
const filter = process.argv[2];
const shapesWanted = process.argv[3];
for (const norm of libraryNorms()) for (const graph of norm.graphs) {
  if (filter && filter !== "all" && norm.name !== filter) continue;
  for (const [kind, list] of [["fwd", awkwardShapes], ["grad", gradientShapes]] as const) for (const shape of list) {
    if (shapesWanted && shape.name !== shapesWanted) continue;
    let trial = randomTrial(graph, shape.extents, ownParams(graph, shape.params), 7);
    if (kind === "grad") trial = backwardTrial(trial);
    const elements = Object.values(trial.feeds).reduce((a, b) => a + b.length, 0);
    if (elements > 1e6) continue;
    const { program } = compileGather(trial.graph);
    try {
      const feeds = Object.fromEntries(Object.entries(trial.feeds).map(([k, v]) => [k, Array.from(v, (x) => Number.isFinite(x) ? x : String(x))]));
      const { out, ms, passes } = await page.evaluate(async ([p, o, f]) => (globalThis as any).runCase(p, o, f, "webgl2"), [program, { dims: trial.dims, params: trial.params }, feeds] as const);
      const got = Object.fromEntries(Object.entries(out).map(([k, v]) => [k, Float32Array.from(v as number[], Number)]));
      const worst = kind === "fwd" ? worstOf(got, trial) : worstGradientOf(got, numbersOnly(trial), (shape as any).least);
      const bad = !(worst.error <= 1e-5);
      if (bad || filter !== "all") console.log(bad ? "BAD" : "ok", norm.name, graph.mode, kind, shape.name, JSON.stringify(worst), ms.toFixed(1), passes.join(","));
    } catch (error) { console.log("ERR", norm.name, graph.mode, kind, shape.name, String(error).slice(0, 1500)); }
  }
}
await browser.close();
