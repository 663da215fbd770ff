/** The differences of far values that cannot be kept exact. */
import { describe, expect, it } from "vitest";
import { uncoveredDifferences } from "../../src/graph/passes/forms/uncovered.ts";
import { recognise } from "../../src/graph/passes/recognise.ts";
import { regroup } from "../../src/graph/passes/regroup.ts";
import { simplify } from "../../src/graph/passes/simplify.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { farStatistics, statisticTrial } from "../support/far-statistics.ts";
import { checkText, libraryNorms } from "../support/library.ts";

const foundIn = (graph: Graph) => uncoveredDifferences(regroup(recognise(simplify(graph))));

const ofText = (equations: string) =>
  foundIn(
    checkText({
      path: "a.norm",
      text: `norm A { axes N, D input x[N, D], z[N, D] state seen[D] = 0 ${equations} output y }`,
    })[0].graphs[0],
  );

describe("differences that lose digits far from zero", () => {
  it.each(["clamp(mean(x over N), seen - 1, seen + 1)", "max(mean(x over N), seen)", "abs(mean(x over N))"])(
    "x - %s",
    (value) => {
      const [found] = ofText(`y = x + z * seen - ${value}`);
      expect(found.at.op).toBe("sub");
      expect(found.rounded.kind === "map" && value.startsWith(found.rounded.op)).toBe(true);
    },
  );

  it("are not those of values near zero", () => {
    expect(ofText("y = x - relu(x - mean(x over N)) + z * seen")).toEqual([]);
  });

  it("are in no norm of the library", () => {
    for (const { graphs } of libraryNorms()) for (const graph of graphs) expect(foundIn(graph)).toEqual([]);
  });

  it("are not those that are kept exact", () => {
    for (const one of farStatistics) expect(foundIn(statisticTrial(one, 0).graph), one.what).toEqual([]);
  });
});
