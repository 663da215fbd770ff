/** The Vite app of the examples, installed from the packed package: its types, its build, and its page. */
import { cpSync, readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { preview } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { meanAndDeviation, picture } from "../../examples/vite/src/picture.ts";
import { type OpenPage, openPage } from "../browser/browser.ts";
import { ended, root, temporaryFolder } from "../cli/normc.ts";
import { layOut } from "../package/tarball.ts";

/** In float64: each tile has the mean 0.5, and the variance v / (v + eps) of its own, times 0.2 squared. */
function deviationOfTiles(size = 256, tile = 32): number {
  const x = picture(size);
  const tiles = Array.from({ length: (size / tile) ** 2 }, (_, i) => {
    const [row, column] = [Math.floor((i * tile) / size) * tile, (i * tile) % size];
    return Array.from(
      { length: tile * tile },
      (_, k) => x[(row + Math.floor(k / tile)) * size + column + (k % tile)]!,
    );
  });
  const variances = tiles.map((one) => meanAndDeviation(one).deviation ** 2);
  return Math.sqrt(variances.reduce((sum, v) => sum + (0.04 * v) / (v + 1e-5), 0) / tiles.length);
}

const folder = temporaryFolder();
const app = folder.path;
let opened: OpenPage | undefined;

beforeAll(async () => {
  cpSync(join(root, "examples/vite"), app, {
    recursive: true,
    filter: (path) => !/node_modules|dist$/.test(path),
  });
  await layOut(app);
  return async () => {
    await opened?.close();
    folder[Symbol.dispose]();
  };
}, 120_000);

const run = (script: string, ...words: string[]) =>
  ended(process.execPath, [join(app, "node_modules", script), ...words], app);

it("is built: types, type check, bundle", async () => {
  const types = await run("normc/dist/src/tools/cli/main.js", "types");
  expect(types, types.err).toMatchObject({ code: 0, out: expect.stringContaining("tile_norm.d.norm.ts") });
  const checked = await run("typescript/bin/tsc");
  expect(checked).toMatchObject({ code: 0, out: "" });
  const built = await run("vite/bin/vite.js", "build");
  expect(built, built.err).toMatchObject({ code: 0 });
  const scripts = readdirSync(join(app, "dist/assets")).filter((one) => one.endsWith(".js"));
  const texts = scripts.map((one) => readFileSync(join(app, "dist/assets", one), "utf8"));
  // The config asks for no gradients, and the compiler stays at home.
  expect(texts.filter((one) => /"d_x"|chevrotain|there is no axis/.test(one))).toEqual([]);
});

describe("its page", () => {
  beforeAll(async () => {
    const server = await preview({
      root: app,
      configFile: false,
      logLevel: "silent",
      preview: { port: 0, host: "127.0.0.1" },
    });
    opened = await openPage(`http://127.0.0.1:${(server.httpServer.address() as AddressInfo).port}`);
    return () => server.close();
  });

  const numbers = async (): Promise<string | null> => {
    await opened!.page.waitForFunction(() => document.body.dataset.state !== "running");
    return opened!.page.textContent("#numbers");
  };

  it("runs the norm of the project, and that of the library", async ({ skip }) => {
    if (opened === undefined) return skip();
    expect(await numbers()).toBe(`mean 0.500, deviation ${deviationOfTiles().toFixed(3)}`);
    await opened.page.selectOption("select", "whole");
    await opened.page.waitForFunction(
      () => document.querySelector("#numbers")?.textContent === "mean 0.500, deviation 0.200",
    );
    expect(opened.complaints()).toEqual([]);
  });
});
