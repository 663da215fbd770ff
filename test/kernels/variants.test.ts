/**
 * Every way to lay a kernel on a device, whatever the device would choose: lanes that share a row through a subgroup,
 * through workgroup memory, through both; several rows a workgroup; both forms. Against the oracle, and bit for bit
 * the same from run to run.
 */
import { afterAll, describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { type ChooseVariant, createNorm } from "../../src/runtime/index.ts";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { randomTrial } from "../support/shapes.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const norms = [
  ["LayerNorm", null],
  ["LayerNormChannels", null],
  ["BatchNorm", "train"],
  ["GroupNormSiLU", null],
  ["GlobalResponseNorm", null],
  ["Softmax", null],
] as const;

/** Extents that are multiples of four take the wide form, the others the narrow one. */
const extents = [
  { N: [6], C: [12], S: [4, 5], D: [84] },
  { N: [5], C: [6], S: [3, 3], D: [83] },
];

describe.each(devices)("variants on $name", ({ device }) => {
  const most = device.adapterInfo.subgroupMinSize ?? 1;
  const widths = [1, most].filter((one) => one > 1 || most === 1 || one === 1);
  const variants = [1, 4, 32, 64].flatMap((lanes) =>
    [1, 4].flatMap((rows) =>
      widths.filter((one) => one <= lanes).map((subgroup) => ({ lanes, rows, subgroup })),
    ),
  );
  it.each(variants)("$lanes lanes, $rows rows, subgroups of $subgroup", async (variant) => {
    const choose: ChooseVariant = () => ({ ...variant, reason: "the test" });
    for (const [norm, mode] of norms) {
      for (const own of extents) {
        const trial = randomTrial(graphOf(norm, mode), own, norm === "GroupNormSiLU" ? { G: 3 } : {}, 5);
        const worst = await worstDifference(device, trial, choose);
        expect(worst.error, `${norm} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
      }
    }
  });

  it("gives the same bits every time", async () => {
    const trial = randomTrial(graphOf("LayerNorm"), { N: [33], D: [1000] }, {}, 9);
    const norm = await createNorm(device, compileGraph(trial.graph).program, { dims: trial.dims });
    const first = await norm.run(trial.feeds);
    for (let i = 0; i < 5; i++) expect(await norm.run(trial.feeds)).toEqual(first);
    norm.destroy();
  });
});
