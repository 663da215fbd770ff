/** What is a gradient, a program says of its tensors: a name that begins like one means nothing. */
import { expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Program } from "../../src/program/program.ts";
import { resolveDtypes } from "../../src/runtime/shapes/element-types.ts";
import { programName } from "../../src/tuning/file/tuning-key.ts";
import { disagreement } from "../../src/tuning/trial/compare.ts";
import { graphIn } from "../check/files.ts";

const graph = graphIn("norm Scaled { axes N input x[N], d_bar[N] d_foo = d_bar * x output d_foo }");
const forward = compileGraph(graph).program;
const backward = compileGraph(differentiate(graph)).program;

/** One element is off by 1e-3, and the largest of the tensor is 1000. */
function compared(program: Program, tensor: string): string | null {
  const want = new Map([[tensor, [1000, 0]]]);
  return disagreement(new Map([[tensor, [1000, 1e-3]]]), want, program, resolveDtypes(program, undefined));
}

it("of a gradient an error counts relative to the largest one, of an output it does not", () => {
  expect(compared(backward, "d_x")).toBeNull();
  expect(compared(forward, "d_foo")).toBe("element 1 of d_foo is 0.001, not 0");
});

it("a program is a backward one by its gradients", () => {
  expect(programName(forward)).toBe("Scaled");
  expect(programName(backward)).toBe("Scaled.d_d_bar,d_x from d_bar,x");
});
