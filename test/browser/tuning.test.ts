/** Tuning in the background in a real page: idle time and IndexedDB are the browser's own. */
import { afterAll, describe, expect, it } from "vitest";
import { type Trial, worstOf } from "../support/compare.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { missing } from "../support/requirements.ts";
import { jobOf, openRunner, ranOf, type Scope } from "./browser.ts";

const runner = await openRunner();
afterAll(() => runner?.close());
const hasWebGpu = runner !== undefined && runner.machine.webgpu !== null;
if (runner !== undefined && !hasWebGpu) missing("browser", "its WebGPU has no adapter");

const trial: Trial = {
  graph: graphOf("LayerNorm"),
  dims: { x: [64, 256] },
  feeds: { x: normals(1, 64 * 256, 1, 2), gamma: normals(2, 256, 1, 1), beta: normals(3, 256) },
};
const job = await jobOf("webgpu", trial);

describe.skipIf(!hasWebGpu)("tuning in the background", () => {
  it("is kept in IndexedDB: the page does not search again when it is opened again", async () => {
    const { page } = runner!;
    const tune = () => page.evaluate((given) => (globalThis as Scope).testPage.tune(given), job);
    // A made-up clock, or the test would take as long as the search may: each look at it is 50 ms later.
    await page.evaluate(() => {
      let ms = 0;
      performance.now = () => {
        ms += 50;
        return ms;
      };
    });
    const first = await tune();
    expect(first).toMatchObject({ outcome: "tuned", storages: ["normc-tuning"] });
    await page.reload();
    await page.waitForFunction(() => "testPage" in globalThis);
    const second = await tune();
    expect(second.outcome).toBe("known");
    for (const { answer } of [first, second]) {
      if ("error" in answer) throw new Error(answer.error);
      // The numerics contract of f32.
      expect(worstOf(ranOf(answer).results, trial).error).toBeLessThan(1e-5);
    }
    expect(runner!.complaints()).toEqual([]);
  });
});
