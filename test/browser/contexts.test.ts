/** A page may have 16 WebGL contexts, and the browser takes the oldest away for one more: what runs there gives zeros. */
import { afterAll, describe, expect, it } from "vitest";
import { oracle, type Trial } from "../support/compare.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { jobOf, openRunner, type Scope } from "./browser.ts";

const runner = await openRunner();
afterAll(() => runner?.close());

const trial: Trial = { graph: graphOf("RMSNorm"), dims: { x: [2, 12] }, feeds: { x: normals(1, 24, 1, 2) } };
const job = jobOf("webgl2", trial);
const want = [...oracle(trial).get("y")!.slice(0, 4)];

function expectWanted(got: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 5);
}

describe.skipIf(runner === undefined)("WebGL contexts", () => {
  it("more norms than contexts work together, and one that ends leaves the others", async () => {
    const first = await runner!.page.evaluate(
      (given) => (globalThis as Scope).testPage.together(given, 18),
      job,
    );
    expectWanted(first);
  });

  it("a context that is taken away is an error, and the next norm has another", async () => {
    const { code, after } = await runner!.page.evaluate(
      (given) => (globalThis as Scope).testPage.lose(given),
      job,
    );
    expect(code).toBe("N510");
    expectWanted(after);
  });
});
