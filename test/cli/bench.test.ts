/** What `normc bench` prints is read by other tools. How fast it is, no test says. */
import { describe, expect, it } from "vitest";
import { normc } from "./normc.ts";

describe("normc bench", () => {
  it("prints the fields that others rely on, and how sure they are", async () => {
    const { code, out, err } = await normc(["bench", "LayerNorm", "--shape", "N=8,D=64", "--json"]);
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

  it("says what is wrong with a shape", async () => {
    const { code, err } = await normc(["bench", "LayerNorm", "--shape", "N=8"]);
    expect(code).toBe(2);
    expect(err).toContain("D");
  });
});
