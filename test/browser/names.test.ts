/** Names that mean something to GLSL or WGSL, in the browser, whose compilers refuse one that is not legal. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { awkwardGraphs, awkwardTrial } from "../support/awkward-names.ts";
import { worstOf } from "../support/compare.ts";
import { openRunner, resultsOn } from "./browser.ts";

const runner = await openRunner();
afterAll(() => runner?.close());
afterEach(() => expect(runner?.complaints() ?? []).toEqual([]));

// What goes to the page and comes back loses a key of this name.
const graphs = awkwardGraphs().filter(({ names }) => !names.includes("__proto__"));

describe.skipIf(runner === undefined).each(["webgl2", "webgpu"] as const)("awkward names on %s", (target) => {
  it.each(graphs)("$names", async ({ graph }) => {
    const trial = awkwardTrial(graph);
    const worst = worstOf((await resultsOn(runner!, target, trial)).results, trial);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });
});
