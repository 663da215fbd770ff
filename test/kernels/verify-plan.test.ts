/** Every rule of the plan: a plan that the schedule made, broken by hand in one place, and what the verifier says to it. */
import { describe, expect, it, test } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Node } from "../../src/graph/tensor/graph.ts";
import { verifyKernel } from "../../src/kernels/ir/verify-kernel.ts";
import type {
  HandedOn,
  PlannedKernel,
  RowLoop,
  RowWork,
  SplitRow,
  Stage,
  StageWork,
  Structure,
  Target,
} from "../../src/kernels/schedule/plan.ts";
import { verifyPlan } from "../../src/kernels/schedule/verify/verify-plan.ts";
import { checkText, graphOf, libraryNorms } from "../support/library.ts";
import { type Planned, planOf } from "../support/plan.ts";

const layerNorm = planOf(graphOf("LayerNorm"));
const layerNormBackward = planOf(differentiate(graphOf("LayerNorm")));
const groupNorm = planOf(graphOf("GroupNorm"));
const groupNormBackward = planOf(differentiate(graphOf("GroupNorm")));
const softmax = planOf(graphOf("Softmax"));
const batchNorm = planOf(graphOf("BatchNorm", "train"));
const switchable = planOf(graphOf("SwitchableNorm"));
const onlyVariance = planOf(
  checkText({
    path: "case.norm",
    text: "norm OnlyVar {\n  axes N, D\n  input x[N, D]\n  y = x * rsqrt(var(x over D) + 1)\n  output y\n}\n",
  })[0]!.graphs[0]!,
);
// Its loop over channels stores segments and finds nothing else.
const segmentsAlone = planOf(differentiate(graphOf("BatchChannelNorm", "infer")));

type Change = (kernel: PlannedKernel) => PlannedKernel;

/** The plan with its first kernel changed, or that of a name. */
function withKernel({ plan, ...rest }: Planned, change: Change, name = plan.kernels[0]!.name): Planned {
  const kernels = plan.kernels.map((one) => (one.name === name ? change(one) : one));
  return { ...rest, plan: { ...plan, kernels } };
}

const withRow = (planned: Planned, change: (row: RowWork) => Partial<RowWork>): Planned =>
  withKernel(planned, (one) => ({ ...one, row: { ...one.row, ...change(one.row) } }));

const withLoop = (planned: Planned, place: number, change: (loop: RowLoop) => RowLoop): Planned =>
  withRow(planned, ({ loops }) => ({ loops: loops.map((one, i) => (i === place ? change(one) : one)) }));

/** A target changed in both places where a plan has it. */
function withTarget(planned: Planned, tensor: string, change: Partial<Target>): Planned {
  const changed = (targets: readonly Target[]): Target[] =>
    targets.map((one) => (one.tensor === tensor ? { ...one, ...change } : one));
  return withKernel(planned, (one) => ({
    ...one,
    targets: changed(one.targets),
    row: {
      ...one.row,
      elements: one.row.elements.map((loop) => ({ ...loop, targets: changed(loop.targets) })),
      once: changed(one.row.once),
    },
  }));
}

const withStructures = (planned: Planned, structures: readonly Structure[], name?: string): Planned =>
  withKernel(planned, (one) => ({ ...one, structures }), name);

const withSplit = (planned: Planned, change: (split: SplitRow) => Partial<SplitRow>): Planned =>
  withKernel(planned, (one) => ({ ...one, split: { ...one.split!, ...change(one.split!) } }));

const withStage = (planned: Planned, place: number, change: (stage: Stage) => Partial<Stage>): Planned =>
  withSplit(planned, ({ stages }) => ({
    stages: stages.map((one, i) => (i === place ? { ...one, ...change(one) } : one)),
  }));

/** What the second stage merges first. */
const withMerge = (planned: Planned, change: (handedOn: readonly HandedOn[]) => HandedOn[]): Planned =>
  withStage(planned, 1, ({ work: [first, ...others] }) => {
    if (first?.kind !== "merge") throw new Error("the second stage merges");
    const merge: StageWork = { ...first, handedOn: change(first.handedOn) };
    return { work: [merge, ...others] };
  });

const plain: Structure = { vector: null, together: 1, kept: [] };
const wide: Structure = { ...plain, vector: "D" };
const input = (tensor: string, ...axes: string[]): Node => ({
  kind: "input",
  id: 0,
  tensor,
  tensorAxes: axes,
  at: [],
  axes,
});
const keeping = (value: Node, slot = 0): readonly Structure[] => [
  plain,
  { ...wide, kept: [{ value, slot }] },
];

const [layerNormKernel] = layerNorm.plan.kernels as [PlannedKernel];
const x = layerNormKernel.structures[2]!.kept[0]!.value;

describe.each<readonly [string, readonly (readonly [string, Planned])[]]>([
  [
    "loops",
    [
      [
        "the loop over D comes after what it needs",
        withRow(softmax, ({ loops }) => ({ loops: [...loops].reverse() })),
      ],
      [
        "the loop over K comes after what its segments need",
        withRow(groupNormBackward, ({ loops }) => ({ loops: [...loops].reverse() })),
      ],
      [
        "the loop over K comes after what it needs",
        withKernel(
          withLoop(groupNormBackward, 3, (one) => ({ ...one, segments: [] })),
          (one) => ({ ...one, segments: [] }),
        ),
      ],
      [
        "a reduction is found by one loop",
        withRow(layerNorm, ({ loops }) => ({ loops: [...loops, ...loops] })),
      ],
      [
        "the loop over N makes reductions over its axes",
        withLoop(layerNorm, 0, (one) => ({ ...one, over: ["N"] })),
      ],
      [
        "the loop over D takes samples only",
        withLoop(layerNorm, 0, ({ over, reductions }) => ({ kind: "samples", over, reductions })),
      ],
      ["the loop over D reduces something", withLoop(layerNorm, 0, (one) => ({ ...one, reductions: [] }))],
      ["`y` is made of what the loops find", withRow(layerNorm, () => ({ loops: [] }))],
    ],
  ],
  [
    "what is stored",
    [
      ["a kernel stores something", withKernel(layerNorm, (one) => ({ ...one, targets: [] }))],
      ["`y` has the axes of what it holds", withTarget(layerNorm, "y", { factors: ["N"] })],
      [
        "`y` has a row for each coordinate of the grid",
        withTarget(layerNorm, "y", { factors: ["D"], value: input("gamma", "D") }),
      ],
      [
        "chunks are of the inner axes of the grid",
        withKernel(layerNormBackward, (one) => ({ ...one, chunked: ["D"] })),
      ],
      [
        "chunks are for sums of columns",
        withKernel(
          withRow(layerNormBackward, ({ elements }) => ({
            elements: elements.map((one) => ({ ...one, columns: [] })),
          })),
          (one) => ({ ...one, columns: [] }),
        ),
      ],
      [
        "has a row for each chunk",
        withKernel(layerNormBackward, (one) => ({
          ...one,
          columns: one.columns.map((column) => ({ ...column, factors: [...column.factors].reverse() })),
        })),
      ],
      ["`y` is stored in one loop, not in 0", withRow(layerNorm, () => ({ elements: [] }))],
      [
        "`y` is stored in one loop, not in 2",
        withRow(layerNorm, ({ elements }) => ({ elements: [...elements, ...elements] })),
      ],
      [
        "loops store what the kernel is for, and no more",
        withRow(layerNorm, () => ({ once: [{ tensor: "z", factors: ["N"], value: x }] })),
      ],
      [
        "`y` is gone over in the order in which it lies",
        withRow(groupNorm, ({ elements }) => ({
          elements: elements.map((one) => ({ ...one, over: ["S", "K"] })),
        })),
      ],
      [
        "`y` is stored once a row",
        withRow(layerNorm, ({ elements }) => ({ elements: [], once: elements[0]!.targets })),
      ],
      [
        "is one of its loop",
        withLoop(groupNormBackward, 3, (one) => (one.kind === "segments" ? { ...one, inner: ["K"] } : one)),
      ],
    ],
  ],
  [
    "structures",
    [
      ["the first structure serves every shape", withStructures(layerNorm, [wide])],
      ["the first structure serves every shape", withStructures(layerNorm, [])],
      ["structures differ", withStructures(layerNorm, [plain, wide, wide])],
      [
        "N, along which values are four wide, is innermost in memory",
        withStructures(layerNorm, [plain, { ...plain, vector: "N" }]),
      ],
      // It is, of the weights, but there are three of them.
      [
        "M, along which values are four wide, is innermost in memory",
        withStructures(switchable, [plain, { ...plain, vector: "M" }], "y"),
      ],
      [
        "rows taken together are gone over four by four",
        withStructures(layerNorm, [plain, { ...plain, together: 4 }]),
      ],
      [
        "of rows taken together nothing is kept",
        withStructures(layerNorm, [plain, { ...wide, together: 4, kept: [{ value: x, slot: 0 }] }]),
      ],
      ["kept values have the slots 0, 1, 2, …", withStructures(layerNorm, keeping(x, 1))],
      [
        "kept values have the slots 0, 1, 2, …",
        withStructures(layerNormBackward, [
          plain,
          {
            ...wide,
            kept: layerNormBackward.plan.kernels[0]!.structures[2]!.kept.map((one) => ({ ...one, slot: 0 })),
          },
        ]),
      ],
      ["what is kept differs for every element", withStructures(layerNorm, keeping(input("gamma", "D")))],
      [
        "what is kept is found by one loop and needed by another",
        withStructures(layerNorm, keeping(layerNormKernel.targets[0]!.value)),
      ],
      [
        "a row of which something is kept is gone over in one order",
        withLoop(groupNorm, 0, (one) => ({ ...one, over: ["S", "K"] })),
      ],
      [
        "a part of a row is gone over row by row, and nothing of it is kept",
        withStage(layerNorm, 0, () => ({ structures: keeping(x) })),
      ],
    ],
  ],
  [
    "split rows",
    [
      [
        "rows whose columns are added up are not split",
        withKernel(layerNormBackward, (one) => ({ ...one, split: layerNormKernel.split })),
      ],
      [
        "a split row is stored in one way",
        withRow(withStructures(layerNorm, [plain]), () => ({ main: ["N"] })),
      ],
      [
        "what parts hand on has slots of its own",
        withStage(layerNorm, 0, ({ handsOn }) => ({
          handsOn: handsOn!.map((one) => ({ ...one, slot: 0 })),
        })),
      ],
      ["a part has room for what it hands on", withSplit(layerNorm, () => ({ slots: 2 }))],
      [
        "the last stage stores, and each before it hands on",
        withStage(layerNorm, 0, () => ({ handsOn: null })),
      ],
      [
        "the last stage stores, and each before it hands on",
        withStage(layerNorm, 1, () => ({ handsOn: [] })),
      ],
      [
        "a stage hands on what its parts add up to",
        withStage(layerNorm, 0, ({ handsOn }) => ({ handsOn: handsOn!.slice(1) })),
      ],
      [
        "a stage takes the loops of the row, in order",
        withStage(softmax, 2, ({ work }) => ({ work: [...work].reverse() })),
      ],
      [
        "the last stage has found all that it stores",
        withStage(softmax, 2, ({ work }) => ({ work: work.slice(0, 1) })),
      ],
      [
        "what each part repeats is short, and no loop over the row",
        withStage(layerNorm, 1, ({ work }) => ({ work: work.map(({ loop }) => ({ kind: "repeat", loop })) })),
      ],
      [
        "what is merged was handed on by an earlier stage",
        withMerge(layerNorm, (all) => all.map((one) => ({ ...one, slot: one.slot + 1 }))),
      ],
      ["the max that is merged was handed on", withMerge(softmax, () => [])],
      [
        "a scale is merged of all numbers of its kind",
        withMerge(onlyVariance, (all) => all.filter(({ node }) => node.op !== "shift")),
      ],
      [
        "a loop is shared by the parts in one stage",
        withSplit(softmax, ({ stages: [first, second, last] }) => {
          const [{ loop }] = first!.work as [StageWork];
          const max = { node: loop.reductions[0]!, slot: 2 };
          const again: Stage = {
            ...second!,
            work: [{ kind: "part", loop }, ...second!.work.slice(1)],
            handsOn: [...second!.handsOn!, max],
          };
          return { slots: 3, stages: [first!, again, last!] };
        }),
      ],
      [
        "every loop over the row is shared by the parts",
        withSplit(segmentsAlone, ({ stages }) => ({
          stages: stages.filter(({ work }) =>
            work.every(({ kind, loop }) => kind !== "part" || loop.kind !== "segments"),
          ),
        })),
      ],
    ],
  ],
  [
    "tensors",
    [
      [
        "is stored before it is read",
        {
          ...layerNormBackward,
          plan: {
            ...layerNormBackward.plan,
            kernels: [...layerNormBackward.plan.kernels].reverse(),
          },
        },
      ],
      [
        "`x` is read over the axes that it has",
        {
          ...layerNorm,
          graph: {
            ...layerNorm.graph,
            tensors: layerNorm.graph.tensors.map((one) =>
              one.name === "x" ? { ...one, factors: ["D"] } : one,
            ),
          },
        },
      ],
      [
        "`y` is stored once",
        {
          ...layerNorm,
          plan: { ...layerNorm.plan, kernels: [layerNormKernel, layerNormKernel] },
        },
      ],
      ["`y` has its own layout", withTarget(layerNorm, "y", { factors: ["D", "N"] })],
      ["`y` is stored", { ...layerNorm, plan: { ...layerNorm.plan, kernels: [] } }],
      [
        "each tensor has a name of its own",
        { ...layerNorm, plan: { ...layerNorm.plan, scratch: [{ name: "x", factors: ["N"] }] } },
      ],
      ["only the row that writes `running_mean` reads it", readingState()],
      ["no later kernel reads `running_mean`, which is written in place", withLateReader()],
    ],
  ],
])("%s", (_, cases) => {
  it.each(cases)("%s", (rule, { graph, plan }) => {
    expect(() => verifyPlan(graph, plan)).toThrow(rule);
  });
});

/** Another state is made of one that the kernel writes. */
function readingState(): Planned {
  return withTarget(batchNorm, "running_var", { value: input("running_mean", "C") });
}

/** A second kernel reads a state that the first one has written. */
function withLateReader({ plan, ...rest } = batchNorm): Planned {
  const copy: Target = { tensor: "copy", factors: ["C"], value: input("running_mean", "C") };
  const reader: PlannedKernel = {
    name: "copy",
    grid: ["C"],
    targets: [copy],
    columns: [],
    chunked: [],
    segments: [],
    row: { loops: [], main: [], elements: [], once: [copy] },
    structures: [plain],
    split: null,
  };
  const scratch = [...plan.scratch, { name: "copy", factors: ["C"] }];
  return { ...rest, plan: { kernels: [...plan.kernels, reader], scratch } };
}

test("the plans of the library keep all of them, forward and backward", () => {
  const graphs = libraryNorms().flatMap((one) => one.graphs);
  for (const graph of [...graphs, ...graphs.map((one) => differentiate(one))]) {
    const planned = planOf(graph);
    expect(() => verifyPlan(planned.graph, planned.plan)).not.toThrow();
  }
});

test("a text keeps what the plan says", () => {
  const { kernels } = compileGraph(graphOf("LayerNorm"));
  const resident = kernels[0]!.whole.find((one) => one.structure.kept.length > 0)!;
  expect(() => verifyKernel(resident)).not.toThrow();
  expect(() => verifyKernel({ ...resident, held: 2 })).toThrow("keeps as many values as it says");
});
