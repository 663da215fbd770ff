/** What stands beside the spec, without a browser: lines that belong together, changes of passes, and the form. */
import { describe, expect, it, test } from "vitest";
import { stepsBetween } from "../../playground/src/compiler/differences.ts";
import { fieldsOf, sizesOf } from "../../playground/src/compiler/fields.ts";
import { kernelLinker } from "../../playground/src/compiler/kernel-lines.ts";
import { followPasses, passViews } from "../../playground/src/compiler/pass-views.ts";
import { findNorm, specReader } from "../../playground/src/compiler/spec.ts";
import { hashOf, linkedIn } from "../../playground/src/page/link.ts";
import { sizedGraph } from "../../playground/src/run/sized.ts";
import { smallSizes } from "../../playground/src/run/small-sizes.ts";
import { graphPasses } from "../../src/compile/passes.ts";
import { programInterface } from "../../src/targets/interface/program-interface.ts";
import { libraryFiles, librarySource } from "../support/library.ts";

const library = new Map(libraryFiles().map((name) => [name, librarySource(name).text]));
const reader = specReader(library);

/** The equation of `y` is on line 8. */
const text = library.get("group_norm.norm")!;
const spec = reader.read(text);
const found = findNorm(spec, { text, norm: "GroupNorm", grad: false })!;

describe("the graph after each pass", () => {
  const views = passViews(spec, found);

  it("is there for every pass", () => {
    expect(views.map((one) => one.name)).toEqual(["check", ...graphPasses.map((one) => one.name)]);
  });

  it("says what stabilise adds and removes, and which line of the spec it comes from", () => {
    const { lines } = views.find((one) => one.name === "stabilise")!;
    const of = (change: string): string[] =>
      lines.filter((one) => one.change === change).map((one) => one.text.replace(/^%\d+ = /, ""));
    expect(of("removed")).toEqual(
      expect.arrayContaining(["mean(x over K, S) : N, G", "var(x over K, S) : N, G"]),
    );
    expect(of("added")).toEqual(
      expect.arrayContaining(["shift(x over K, S) : N, G", "spread(x over K, S) : N, G"]),
    );
    for (const one of lines) if (one.change === "added") expect(one.spec).toEqual([8]);
  });

  it("follows every node of the last graph to the equation", () => {
    for (const one of followPasses(spec, found).at(-1)!.spec) expect(one).toContain(8);
  });
});

it("follows a line of a kernel by its names", () => {
  const link = kernelLinker(spec, "GroupNorm", followPasses(spec, found).at(-1));
  const [gamma, row, comment] = link("let g = gamma_at(c);\nlet shift_2 = select(a, b, c);\n// gamma");
  // The declaration and the equation.
  expect(gamma!.spec).toEqual([6, 8]);
  expect(row!.spec).toEqual([8]);
  expect(comment!.spec).toEqual([]);
});

test("what was removed stands before what was added in its place", () => {
  const kinds = stepsBetween(["a", "b", "c", "d"], ["a", "x", "y", "d", "e"]).map((one) => one.kind);
  expect(kinds).toEqual(["same", "removed", "removed", "added", "added", "same", "added"]);
});

test("a link carries any text, and a link that was cut carries none", () => {
  const given = { text: `${text}// ∑ – Ω\n`, norm: "GroupNormSiLU" };
  expect(linkedIn(hashOf(given))).toEqual(given);
  expect(linkedIn(hashOf(given).slice(0, 40))).toBeUndefined();
  expect(linkedIn("#example=rms_norm")).toBeUndefined();
});

const norms = [...library].flatMap(([file, own]) =>
  reader.read(own).checked.norms.map((norm) => ({ file, name: norm.name, graphs: norm.graphs })),
);

test.each(norms)("the form of $name fits it, and is small enough for the oracle", ({ graphs }) => {
  for (const graph of graphs) {
    const fields = fieldsOf(programInterface(graph));
    const of = (kind: string): Record<string, string> =>
      Object.fromEntries(fields.flatMap((one) => (one.kind === kind ? [[one.name, one.initial]] : [])));
    const sizes = sizesOf({ extents: of("axis"), params: of("param") }, graph);
    const { shapes } = sizedGraph(graph, sizes);
    expect(Math.max(...shapes.elements.values())).toBeLessThanOrEqual(2 ** 18);
    const small = sizedGraph(graph, smallSizes(graph, sizes));
    expect(Math.max(...small.shapes.elements.values())).toBeLessThanOrEqual(2 ** 14);
  }
});
