/** A page may have 16 WebGL contexts, and the browser takes the oldest away for one more: what runs there gives zeros. */
import { afterAll, describe, expect, it } from "vitest";
import { oracle, type Trial } from "../support/compare.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { jobOf, openRunner, type Scope } from "./browser.ts";

const runner = await openRunner();
afterAll(() => runner?.close());

/** Linear in x: running statistics stay as they are. */
const trial: Trial = {
  graph: graphOf("BatchNorm", "infer"),
  dims: { x: [2, 3, 4] },
  feeds: { x: normals(1, 24, 1, 2) },
};
const job = await jobOf("webgl2", trial);
const want = [...oracle(trial).get("y")!.slice(0, 4)];

describe.skipIf(runner === undefined)("WebGL contexts", () => {
  it("more norms than contexts work together and at once, and one that ends leaves the others", async () => {
    const first = await runner!.page.evaluate(
      (given) => (globalThis as Scope).testPage.together(given, 18),
      job,
    );
    expect(first).toHaveLength(2 * 17);
    for (const value of first) expect(value).toBeCloseTo(want[0]!, 4);
    expect(runner!.complaints()).toEqual([]);
  });

  it("a context that is taken away is an error, and the next norm has another", async () => {
    const { code, after } = await runner!.page.evaluate(
      (given) => (globalThis as Scope).testPage.lose(given),
      job,
    );
    expect(code).toBe("N510");
    expect(after).toHaveLength(want.length);
    for (const [i, value] of want.entries()) expect(after[i]).toBeCloseTo(value, 5);
  });
});
