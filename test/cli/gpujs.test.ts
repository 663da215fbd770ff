import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { centered, ended, normc, root, temporaryFolder } from "./normc.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const x = { dims: [1, 4, 2], data: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, "NaN"] };
const feeds = join(folder.path, "feeds.json");
writeFileSync(feeds, JSON.stringify({ feeds: { x }, set: { G: 2 } }));

interface Outcome {
  readonly backend: string;
  readonly adapter: string;
  readonly outputs: Readonly<Record<string, { readonly data: readonly (number | string)[] }>>;
}

describe("normc run on gpu.js", () => {
  test.each([
    ["gpujs", "webasm"],
    ["gpujs:webasm", "webasm"],
    ["gpujs:cpu", "cpu"],
  ])("--backend %s runs on %s and says so", async (backend, ran) => {
    const { code, out } = await normc(["run", "GroupNorm", "--feeds", feeds, "--backend", backend]);
    expect(code).toBe(0);
    const outcome = JSON.parse(out) as Outcome;
    expect(outcome.backend).toBe("gpujs");
    expect(outcome.adapter).toMatch(new RegExp(`^gpu\\.js 2\\.\\d+\\.\\d+ ${ran}$`));
    const { data } = outcome.outputs.y!;
    expect(data[0]).toBeCloseTo(-1.341104, 5);
    expect(data.slice(4)).toEqual(["NaN", "NaN", "NaN", "NaN"]);
  });

  test("gradients too", async () => {
    const words = ["run", "GroupNorm", "--feeds", feeds, "--backend", "gpujs", "--grad"];
    const { code, out } = await normc(words);
    expect(code).toBe(0);
    expect(Object.keys((JSON.parse(out) as Outcome).outputs)).toEqual(["d_x", "d_gamma", "d_beta"]);
  });

  test("a backend that Node has not ends with 3", async () => {
    const words = ["run", "GroupNorm", "--feeds", feeds, "--backend", "gpujs:webgl2"];
    const { code, err } = await normc(words);
    expect(err).toBe("error[N517]: gpu.js has no backend webgl2 here: available are webasm, cpu\n");
    expect(code).toBe(3);
  });

  test("auto takes WebAssembly where there is no GPU, and says so", async () => {
    const start = ["--conditions=source", "scripts/normc.mjs", "run", "GroupNorm", "--feeds", feeds];
    // Drivers that are not there, for the process alone.
    const { code, out, err } = await ended(
      "env",
      ["VK_ICD_FILENAMES=/nonexistent", process.execPath, ...start],
      root,
    );
    expect(code).toBe(0);
    expect((JSON.parse(out) as Outcome).backend).toBe("wasm");
    expect(err).toMatch(/no GPU \(.*\): WebAssembly runs on the processor/);
  });
});

describe("normc build --target", () => {
  const files = (out: string): string[] =>
    readdirSync(join(folder.path, out), { recursive: true, encoding: "utf8" })
      .filter((one) => /\.\w+$/.test(one))
      .sort();

  test("glsl alone writes modules for gpu.js and GLSL, and wgsl,glsl both", async () => {
    writeFileSync(join(folder.path, "centered.norm"), centered);
    const build = (target: string) =>
      normc(["build", "centered.norm", "--target", target, "--emit", target, "--out", "out"], folder.path);
    expect((await build("glsl")).code).toBe(0);
    const glsl = files("out");
    expect(glsl).toContain("centered.gpujs.ts");
    expect(glsl).toContain("centered.gpujs.backward.ts");
    expect(glsl).toContain("glsl/Centered.y.glsl");
    expect(glsl.filter((one) => one.endsWith(".wgsl"))).toEqual([]);
    expect(existsSync(join(folder.path, "out/centered.ts"))).toBe(false);
    expect(readFileSync(join(folder.path, "out/glsl/Centered.y.glsl"), "utf8")).toContain(
      "float pass_value(int group)",
    );
    expect((await build("wgsl,glsl")).code).toBe(0);
    expect(files("out")).toEqual(expect.arrayContaining([...glsl, "centered.ts"]));
    // What is no longer made goes again.
    expect((await build("wgsl")).code).toBe(0);
    expect(files("out").filter((one) => /glsl|gpujs/.test(one))).toEqual([]);
  });

  test("another target is a wrong command line", async () => {
    const { code, err } = await normc(["build", "a.norm", "--target", "wgsl,hlsl", "--out", "out"]);
    expect(err).toContain("Expected wgsl, glsl, wasm or several, joined by commas, given hlsl.");
    expect(code).toBe(2);
  });
});
