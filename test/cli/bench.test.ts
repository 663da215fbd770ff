/** What `normc bench` prints is read by other tools. How fast it is, no test says. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { normc, temporaryFolder } from "./normc.ts";

describe("normc bench", () => {
  it("prints the fields that others rely on, and how sure they are", async () => {
    const words = ["bench", "LayerNorm", "--shape", "N=8,D=64", "--backend", "webgpu", "--json"];
    const { code, out, err } = await normc(words);
    expect(err.replaceAll(/^Warning: .*\n?/gm, "")).toBe("");
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(Object.keys(result).slice(0, 11)).toEqual([
      "spec",
      "shape",
      "dtype",
      "adapter",
      "variant",
      "dispatches",
      "bytes",
      "ms",
      "gbps",
      "copyMs",
      "shareOfCopy",
    ]);
    expect(result).toMatchObject({ spec: "LayerNorm", shape: { N: 8, D: 64 }, dtype: "f32", dispatches: 1 });
    expect(result.bytes).toBe(4 * (2 * 8 * 64 + 2 * 64));
    expect(result.shareOfCopy).toBeCloseTo(result.copyMs / result.ms, 6);
    expect(["wall clock", "timestamp queries"]).toContain(result.clock);
    expect(result.quartiles[0]).toBeLessThanOrEqual(result.ms);
    expect(result.quartiles[1]).toBeGreaterThanOrEqual(result.ms);
  });

  it("times a norm on the processor, with the same fields", async () => {
    const words = ["bench", "LayerNorm", "--shape", "N=8,D=64", "--backend", "wasm", "--json"];
    const { code, out } = await normc(words);
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({
      spec: "LayerNorm",
      dispatches: 1,
      clock: "wall clock",
      variant: "y: 8 tasks",
    });
    expect(result.adapter).toBe("processor (WebAssembly SIMD, 1 thread)");
    expect(result.bytes).toBe(4 * (2 * 8 * 64 + 2 * 64));
    expect(result.shareOfCopy).toBeCloseTo(result.copyMs / result.ms, 6);
  });

  it("times what a tuning file has for the adapter, and says where it has nothing", async () => {
    const dir = mkdtempSync(join(tmpdir(), "normc-"));
    const path = join(dir, "tuning.json");
    const shape = ["LayerNorm", "--shape", "N=8,D=64"];
    expect((await normc(["tune", ...shape, "--budget", "1ms", "--out", path])).code).toBe(0);
    const text = readFileSync(path, "utf8");
    // Whatever won there: one that no rule would take for eight rows.
    const other = { y: { lanes: 2, rows: 2, subgroup: 1 } };
    const edited = JSON.parse(text, (key, value) => (key === "choices" ? other : value));
    writeFileSync(path, JSON.stringify(edited));
    const timed = await normc(["bench", ...shape, "--tuning", path, "--json"]);
    expect(JSON.parse(timed.out).variant).toContain("2 x 2");
    const unknown = await normc(["bench", "LayerNorm", "--shape", "N=8,D=9999", "--tuning", path, "--json"]);
    expect(unknown.code).toBe(0);
    expect(unknown.err).toContain("has nothing for LayerNorm, f32 N<=8 D<=16384 by 1");
  });

  it("takes parts and params in --shape, and element types by tensor", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "parts.norm");
    writeFileSync(
      path,
      "norm Parts { axes N, C = K * P param P = 2 input x[N, C] y = x - mean(x over P) output y }",
    );
    const words = [
      "bench",
      path,
      "--shape",
      "N=4,K=3,P=8",
      "--dtype",
      "x=f16",
      "--backend",
      "webgpu",
      "--json",
    ];
    const { code, out } = await normc(words);
    expect(code).toBe(0);
    // x[4, 24] in f16 and y in f32.
    const shape = { N: 4, K: 3, P: 8 };
    expect(JSON.parse(out)).toMatchObject({ shape, dtype: "x=f16", bytes: 4 * 24 * (2 + 4) });
  });

  it("says what is wrong with a shape", async () => {
    const { code, err } = await normc(["bench", "LayerNorm", "--shape", "N=8"]);
    expect(code).toBe(2);
    expect(err).toContain("D");
  });
});
