/**
 * Every strategy × every norm of the library × awkward shapes, whatever the device would choose. Against the oracle,
 * and bit for bit the same from run to run.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import type { Shader } from "../../src/program/program.ts";
import { planProgram } from "../../src/runtime/variants/dispatch.ts";
import {
  type ChooseVariant,
  chooseVariant,
  createNorm,
  resolveShapes,
  type Variant,
  whyIllegal,
} from "../../src/runtime/webgpu/index.ts";
import { type Trial, worstDifference } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { randomTrial } from "../support/shapes.ts";
import { inTurn } from "../support/turns.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** Extents that are multiples of four take shaders in fours, the others the narrow one; rows of one and few of many. */
const extents = [
  { N: [8], C: [12], S: [4, 6], D: [84], T: [4], O: [8], F: [3, 4, 3] },
  { N: [5], C: [6], S: [3, 3], D: [83], T: [3], O: [5], F: [7] },
  { N: [1], C: [6], S: [1028], D: [3000], T: [1], O: [1], F: [516] },
];

/** Even groups and halves are multiples of four too. */
const even = { N: [8], C: [24], S: [8], D: [96], T: [16], O: [8], F: [8], Heads: [4], P: [4] };

/** `s` is the width of the device's subgroups. */
const strategies: Readonly<Record<string, (s: number) => Partial<Variant>>> = {
  "a lane a row": () => ({}),
  "a subgroup a row": (s) => ({ lanes: s, subgroup: s }),
  "a subgroup takes four rows": (s) => ({ lanes: s, rows: 2, subgroup: s, together: 4 }),
  "a workgroup a row, a tree": () => ({ lanes: 64, rows: 1 }),
  "two rows a workgroup, subgroups and a tree": (s) => ({ lanes: 4 * s, rows: 2, subgroup: s }),
  "the row in registers": (s) => ({ lanes: 4 * s, rows: 2, subgroup: s, residency: "registers" }),
  "the row in workgroup memory": (s) => ({ lanes: 2 * s, rows: 2, subgroup: s, residency: "workgroup" }),
  "a tile of columns": () => ({ lanes: 4, rows: 8, columns: true }),
  "split rows": (s) => ({ lanes: s, rows: 2, subgroup: s, parts: 3 }),
  "split rows, more parts than fill": () => ({ lanes: 4, rows: 1, parts: 7 }),
  "split tiles of columns": () => ({ lanes: 2, rows: 8, columns: true, parts: 2 }),
};

/** Only rotations of heads take two rows together: `neighbours.test.ts` runs them. */
const twoHeads = (): Partial<Variant> => ({ rows: 8, together: 2 });

/** The strategy where a kernel can take it, else the default. */
function orDefault(strategy: (s: number) => Partial<Variant>): ChooseVariant {
  return (work, traits, limits) => {
    // Seven chunks, so that the last turn has fewer rows.
    const own = strategy(traits.subgroup);
    const chunks = work.chunkRows > 0 ? Math.min(Math.ceil(work.chunkRows / (own.together ?? 1)), 7) : 1;
    const variant = { ...laneARow, rows: 4, chunks, ...own };
    return whyIllegal(variant, work, traits, limits) === null ? variant : chooseVariant(work, traits, limits);
  };
}

/** Whether any kernel takes the strategy: otherwise there is nothing to try. */
function isTaken(device: GPUDevice, { graph, dims, params }: Trial, choose: ChooseVariant): boolean {
  const program = programOf(graph);
  const { dispatches } = planProgram(program, resolveShapes(program, dims, params), device, choose);
  return dispatches.some(({ variant }) => variant.reason === laneARow.reason);
}

/** Groups and virtual batches that divide the extents. */
function paramsOf(graph: Graph): Record<string, number> {
  const has = (name: string): boolean => graph.params.some((one) => one.name === name);
  return { ...(has("G") ? { G: 3 } : {}), ...(has("B") ? { B: 1 } : {}) };
}

/** Each norm in each mode, and the gradients of each: their errors are relative to the largest of the tensor. */
const norms = libraryNorms().flatMap(({ name, graphs }) =>
  graphs.flatMap((graph) => [
    { name, graph, toTrial: (trial: Trial) => trial, worstOf: worstDifference },
    {
      name: `${name} gradients`,
      graph,
      toTrial: (trial: Trial) => backwardTrial(trial),
      worstOf: (device: GPUDevice, trial: Trial, choose: ChooseVariant) =>
        worstOnDevice(device, trial, undefined, choose),
    },
  ]),
);

describe.each(devices)("strategies on $name", (adapter) => {
  const { device } = adapter;
  it.each([...Object.keys(strategies).entries()])(
    "%i: %s",
    async (turn, strategy) => {
      const choose = orDefault(strategies[strategy]!);
      // There are a thousand pairs of a norm and a strategy: every fifth one is tried where it is taken. Shapes take turns.
      const pairs = [...norms.entries()]
        .filter(([number]) => (number + turn) % 5 === 0)
        .map(([number, norm]) => {
          const own = extents[(number + turn) % extents.length]!;
          return {
            ...norm,
            trial: norm.toTrial(randomTrial(norm.graph, own, paramsOf(norm.graph), 5 + number)),
          };
        })
        .filter(({ trial }) => isTaken(device, trial, choose));
      // A strategy that is refused everywhere would be tested by nothing.
      expect(pairs.length).toBeGreaterThan(4);
      for (const { name, trial, worstOf } of inTurn(pairs, adapter, devices, turn)) {
        const worst = await worstOf(device, trial, choose);
        expect(worst.error, `${name} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
      }
    },
    180_000,
  );

  // If the choice of a shader overlooks what tells two apart, the plain one runs in place of the other, and is right too.
  it("every shader is the one of some strategy", () => {
    const idle: string[] = [];
    for (const { name, graphs } of libraryNorms()) {
      for (const graph of graphs) {
        const program = programOf(graph);
        const taken = new Set<Shader>();
        for (const own of [...extents, even]) {
          const { dims, params } = randomTrial(graph, own, paramsOf(graph), 5);
          const shapes = resolveShapes(program, dims, params);
          for (const strategy of [...Object.values(strategies), twoHeads]) {
            const { dispatches } = planProgram(program, shapes, device, orDefault(strategy));
            for (const one of dispatches) taken.add(one.shader);
          }
        }
        for (const { name: kernel, shaders, split } of program.kernels) {
          const all = [...shaders, ...(split?.stages.flatMap((stage) => stage.shaders) ?? [])];
          all.forEach((one, place) => {
            if (!taken.has(one)) idle.push(`${name}, kernel ${kernel}: shader ${place}`);
          });
        }
      }
    }
    expect(idle).toEqual([]);
  });

  it.each(["LayerNorm", "GroupNorm", "BatchNorm", "AddLayerNorm"].map((name, turn) => ({ name, turn })))(
    "$name keeps the contract far from zero",
    async ({ name, turn }) => {
      const graph = graphOf(name, name === "BatchNorm" ? "train" : null);
      for (const [strategy, variant] of inTurn(Object.entries(strategies), adapter, devices, turn)) {
        const extents = { N: [8], C: [12], S: [260], D: [1040], T: [8] };
        const trial = randomTrial(graph, extents, paramsOf(graph), 11);
        // A mean of a million deviations; and rows that begin with a number far from all others.
        const [input] = graph.tensors;
        const near = trial.feeds[input!.name]!;
        const far = near.map((value) => 1e6 + value);
        const outlier = near.map((value, i) => (i % 1040 === 0 ? 1e4 : value));
        for (const values of [far, outlier]) {
          const own = { ...trial, feeds: { ...trial.feeds, [input!.name]: values } };
          const worst = await worstDifference(device, own, orDefault(variant));
          // The new running mean is a million itself: errors are relative to a result above 1.
          expect(worst.error, `${strategy} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
        }
      }
    },
  );

  it("gives the same bits every time", async () => {
    for (const strategy of Object.values(strategies)) {
      const trial = randomTrial(graphOf("LayerNorm"), { N: [32], D: [1000] }, {}, 9);
      const program = programOf(trial.graph);
      const norm = await createNorm(device, program, { dims: trial.dims, choose: orDefault(strategy) });
      const first = await norm.run(trial.feeds);
      for (let i = 0; i < 3; i++) expect(await norm.run(trial.feeds)).toEqual(first);
      norm.destroy();
    }
  });
});
