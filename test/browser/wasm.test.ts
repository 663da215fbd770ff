/** A norm in WebAssembly in a page whose policy allows WebAssembly and no more: with threads, and without. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, describe, expect, it } from "vitest";
import { buildSpec } from "../../src/compile/build/build-spec.ts";
import { checkFile } from "../../src/language/check/check.ts";
import { oracle } from "../support/compare.ts";
import { backwardTrial } from "../support/gradients.ts";
import { graphOf, librarySource } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { openPage } from "./browser.ts";
import type { WasmPage } from "./wasm-page.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const files = await bundled();
const server = createServer(({ url = "/" }, response) => {
  const [, kind, file] = /^\/(isolated|open)\/(.*)$/.exec(url) ?? [];
  const body =
    file === ""
      ? '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>'
      : files.get(file ?? "");
  response.writeHead(body === undefined ? 404 : 200, {
    "content-type": file === "" ? "text/html" : "text/javascript",
    "content-security-policy": `${policy}; img-src data:`,
    ...(kind === "isolated" ? isolation : {}),
  });
  response.end(body);
});
await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
const opened = await openPage("about:blank");
afterAll(async () => {
  await opened?.close();
  server.close();
});

/** The page with the modules of layer norm, and the file of the threads beside it. */
async function bundled(): Promise<Map<string, string>> {
  const source = librarySource("layer_norm.norm");
  const checked = checkFile(source, librarySource, () => undefined);
  const built = await buildSpec({ source, checked }, { targets: ["wasm"], language: "js" });
  const runtime = path("../../src/runtime/wasm/index.ts");
  const bundle = await rolldown({
    input: { main: path("wasm-page.ts"), worker: path("../../src/runtime/wasm/threads/worker.ts") },
    platform: "browser",
    resolve: { alias: { "normc/wasm": runtime } },
    plugins: [
      {
        name: "norms",
        resolveId: (id) => {
          if (id === "norms") return "norms/layer_norm.wasm.js";
          return built.files.has(id.replace("./", "")) ? id.replace("./", "norms/") : null;
        },
        load: (id) => built.files.get(id.replace("norms/", "")) ?? null,
      },
    ],
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  return new Map(output.flatMap((one) => (one.type === "chunk" ? [[one.fileName, one.code]] : [])));
}

type Scope = typeof globalThis & { readonly wasmPage: WasmPage };

describe.skipIf(opened === undefined).each([
  { kind: "isolated", wanted: 3, threads: 3 },
  { kind: "open", wanted: 3, threads: 1 },
])("a page that is $kind", ({ kind, wanted, threads }) => {
  it(`has ${threads} threads, and the numbers of the oracle`, async () => {
    const { port } = server.address() as AddressInfo;
    const { page, complaints } = opened!;
    await page.goto(`http://localhost:${port}/${kind}/`);
    await page.waitForFunction(() => "wasmPage" in globalThis);
    const [rows, width] = [97, 33];
    const x = normals(1, rows * width, 2, 3);
    const answer = await page.evaluate((given) => (globalThis as Scope).wasmPage.run(...given), [
      rows,
      width,
      [...x],
      wanted,
    ] as const);
    expect(answer).toMatchObject({ isolated: kind === "isolated", threads });
    const trial = { graph: graphOf("LayerNorm"), dims: { x: [rows, width] }, feeds: { x } };
    const backward = backwardTrial({ ...trial, feeds: { x } });
    const want = oracle({ ...backward, feeds: { ...backward.feeds, d_y: x } });
    for (const [got, expected] of [
      [answer.y, oracle(trial).get("y")!],
      [answer.d_x, want.get("d_x")!],
    ] as const) {
      const worst = got.map((one, i) => Math.abs(one - expected[i]!) / Math.max(1, Math.abs(expected[i]!)));
      expect(Math.max(...worst)).toBeLessThanOrEqual(1e-5);
    }
    expect(await page.evaluate(() => (globalThis as Scope).wasmPage.evaluates)).toBe(false);
    expect(complaints().filter((one) => !/unsafe-eval/.test(one))).toEqual([]);
  });
});
