/** Kernels for processors: what a task is, how a row is walked, and what the verifier refuses. */
import { describe, expect, it } from "vitest";
import { compileWasm } from "../../src/compile/compile-wasm.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { builtin, f32, local, u32 } from "../../src/kernels/ir/expr.ts";
import type { Stmt } from "../../src/kernels/ir/ir.ts";
import { everyStmt } from "../../src/kernels/ir/visit.ts";
import type { ProcessorKernel, Tasks } from "../../src/kernels/processor/processor-kernel.ts";
import { verifyProcessorKernel } from "../../src/kernels/processor/verify-task.ts";
import { checkText, graphOf } from "../support/library.ts";
import { randomTrial } from "../support/shapes.ts";
import { runWasm } from "../support/wasm.ts";

async function kernelsOf(checked: Graph): Promise<readonly ProcessorKernel[]> {
  return (await compileWasm(checked)).kernels;
}

const tasksOf = (kernels: readonly ProcessorKernel[]): (readonly Tasks[])[] =>
  kernels.map((one) => one.schedules[0]!.stages[0]!.tasks);

const channelsLast = `norm Last {
  axes  N, S, C
  input x[N, S, C]

  y = x - mean(x over N, S)

  output y
}
`;

describe("a task", () => {
  it("is a row", async () => {
    expect(tasksOf(await kernelsOf(graphOf("LayerNorm")))).toEqual([[{ factors: ["N"], by: 1 }]]);
  });

  it("is a block of elements where nothing is reduced", async () => {
    const tasks = tasksOf(await kernelsOf(graphOf("BatchNorm", "infer")));
    expect(tasks).toEqual([[{ factors: ["N", "C", "S"], by: 16384 }]]);
  });

  it("is a chunk of rows beside sums over them, which 16 neighbours add up", async () => {
    const tasks = tasksOf(await kernelsOf(differentiate(graphOf("LayerNorm"))));
    expect(tasks).toEqual([[{ factors: ["(chunk)"], by: 1 }], [{ factors: ["D"], by: 16 }]]);
  });

  it("is a block of neighbouring rows, stored by a kernel of its own", async () => {
    const [graph] = checkText({ path: "last.norm", text: channelsLast })[0]!.graphs;
    const kernels = await kernelsOf(graph!);
    expect(tasksOf(kernels)).toEqual([
      [{ factors: ["C"], by: 16 }],
      [{ factors: ["N", "S", "C"], by: 16384 }],
    ]);
    expect(kernels[1]!.name).toBe("y");
  });
});

describe("a nest of loops", () => {
  /** The loops that are not inside of another, and what they divide by. */
  const depthOf = (body: readonly Stmt[]): number =>
    Math.max(0, ...body.map((one) => ("body" in one ? depthOf(one.body) + (one.kind === "for" ? 1 : 0) : 0)));

  it("has a loop for each run of axes that lie side by side", async () => {
    // Blocks of 256 terms and their steps: of K and S together for the sums, and K around S where gamma is read.
    const [group] = await kernelsOf(graphOf("GroupNorm"));
    expect(depthOf(group!.schedules[0]!.stages[0]!.body)).toBe(2);
    // N around S: twice two.
    const [batch] = await kernelsOf(graphOf("BatchNorm", "train"));
    expect(depthOf(batch!.schedules[0]!.stages[0]!.body)).toBe(4);
  });

  it("divides nothing in its steps", async () => {
    for (const kernel of await kernelsOf(graphOf("BatchNorm", "train"))) {
      const loops = everyStmt(kernel.schedules[0]!.stages[0]!.body).filter((one) => one.kind === "for");
      expect(loops.length).toBeGreaterThan(4);
      const steps = JSON.stringify(loops.flatMap((one) => one.body.filter(({ kind }) => kind === "load")));
      expect(steps).not.toMatch(/"op":"(div|mod)"/);
    }
  });
});

describe("an empty row", () => {
  it("is not read: it may lie anywhere, and the last of its channels beyond the memory", async () => {
    const extents = { N: [0], C: [64], S: [300, 300] };
    const trial = randomTrial(graphOf("BatchNorm", "train"), extents, {}, 3);
    expect(Object.keys(await runWasm(trial))).toContain("running_mean");
  });
});

describe("the verifier", () => {
  const kernelWith = (body: readonly Stmt[], tasks: readonly Tasks[] = [{ factors: ["D"], by: 1 }]) => ({
    name: "broken",
    grid: ["D"],
    row: [],
    chunked: [],
    schedules: [{ kind: "whole" as const, stages: [{ body, tasks }] }],
  });
  const store: Stmt = {
    kind: "store",
    tensor: "y",
    index: builtin("group"),
    value: f32(1),
    access: { kind: "one" },
  };

  it("takes a sound task", () => {
    expect(() => verifyProcessorKernel(kernelWith([store]), ["D"])).not.toThrow();
  });

  it.each([
    ["one lane has no barrier", [{ kind: "barrier" }]],
    ["a task has no lane", [{ ...store, index: builtin("lane") }]],
    ["rows need not be multiples of four", [{ ...store, access: { kind: "four" } }]],
    ["`y` takes what its access says", [{ ...store, access: { kind: "apart", stride: u32(1) } }]],
    ["`i` is known as u32", [{ ...store, index: local("u32", "i") }]],
    ["`v` is defined once", [1, 2].map((value) => ({ kind: "let", name: "v", value: f32(value) }))],
    ["`v` is a variable", [{ kind: "assign", name: "v", value: f32(1) }]],
  ] as readonly [string, readonly Stmt[]][])("refuses that %s", (rule, body) => {
    expect(() => verifyProcessorKernel(kernelWith(body), ["D"])).toThrow(rule);
  });

  it("refuses tasks that count what is no factor, or parts of whole rows", () => {
    const counted = (factor: string) => kernelWith([store], [{ factors: [factor], by: 1 }]);
    expect(() => verifyProcessorKernel(counted("E"), ["D"])).toThrow("`E` is a factor");
    expect(() => verifyProcessorKernel(counted("(parts)"), ["D"])).toThrow("a task has a whole row");
  });
});
