/** Statistics of parts with padding, merged without loss: `PartialStatistics` and `SyncBatchNorm` against the formula over all parts. */
import { GPU } from "gpu.js";
import { afterAll, describe, expect, it } from "vitest";
import { highPart } from "../../src/graph/operators/f64.ts";
import { createGatherNorm } from "../../src/runtime/gpujs/index.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { oracle } from "../support/compare.ts";
import { gatherProgramOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends } from "../support/gather.ts";
import { backwardTrial } from "../support/gradients.ts";
import { checkText, graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

type Feeds = Record<string, Float32Array>;
type Run = (
  norm: string,
  dims: Readonly<Record<string, readonly number[]>>,
  feeds: Feeds,
) => Promise<Readonly<Record<string, ArrayLike<number>>>>;

const [samples, channels, size] = [5, 3, 20];
const eps = Math.fround(1e-5);
const partNames = ["mean_high", "mean_low", "variance", "weight"] as const;

const numbers = Float32Array.from([0, 1, -1, 1e6 + 0.5, 3.14159274, -2.5e-5, 1e30, 65535, 16383.5, Infinity]);

const graphNamed = (name: string) => graphOf(name, name === "SyncBatchNorm" ? "train" : null);

interface Part {
  readonly x: Float32Array;
  readonly mask: Float32Array;
}

/** The last sample of each part is padding, and the last part is nothing else. */
function partsAt(means: readonly number[], deviation: number): Part[] {
  return means.map((mean, p) => ({
    x: normals(p + 1, samples * channels * size, mean, deviation).map((value, i) =>
      p > 0 && i >= (samples - 1) * channels * size ? Number.NaN : value,
    ),
    mask: Float32Array.from({ length: samples }, (_, n) =>
      n === samples - 1 || p === means.length - 1 ? 0 : 1,
    ),
  }));
}

/** Batch norm over what counts in all parts, of the first one, in float64. */
function wanted(parts: readonly Part[]): Float64Array {
  const y = new Float64Array(parts[0]!.x.length);
  for (let c = 0; c < channels; c++) {
    const counted = parts.flatMap(({ x, mask }) =>
      [...x].filter(
        (_, i) => Math.floor(i / size) % channels === c && mask[Math.floor(i / size / channels)] === 1,
      ),
    );
    const about = (center: number, power: number): number =>
      counted.reduce((sum, value) => sum + (value - center) ** power, 0) / counted.length;
    const mean = counted[0]! + about(counted[0]!, 1);
    const rstd = 1 / Math.sqrt(about(mean, 2) + eps);
    parts[0]!.x.forEach((value, i) => {
      if (Math.floor(i / size) % channels === c) y[i] = (value - mean) * rstd;
    });
  }
  return y;
}

async function worstOfMerged(run: Run, parts: readonly Part[]): Promise<number> {
  const dims = { x: [samples, channels, size], mask: [samples] };
  const found: Awaited<ReturnType<Run>>[] = [];
  for (const { x, mask } of parts) found.push(await run("PartialStatistics", dims, { x, mask }));
  const joined = partNames.map((name) => [
    name,
    Float32Array.from(found.flatMap((one) => Array.from(one[name]!))),
  ]);
  const P = parts.length;
  const { y } = await run(
    "SyncBatchNorm",
    { x: dims.x, mean_high: [P, channels], mean_low: [P, channels], variance: [P, channels], weight: [P] },
    { x: parts[0]!.x, ...Object.fromEntries(joined) },
  );
  const want = wanted(parts);
  return Math.max(
    ...Array.from(y!, (value, i) => Math.abs(value - want[i]!) / Math.max(1, Math.abs(want[i]!))),
  );
}

const cases = [
  ["near zero", [0, 0.5, -1, 0], 1],
  ["far from zero", [1e6, 1e6 + 1, 1e6 - 2, 0], 1],
  ["whose means differ by 1e6", [-1e6, 0, 1e6, 0], 1],
  ["small and far", [1e3, 1e3 + 2e-3, 1e3 - 1e-3, 0], 1e-2],
] as const;

describe.each(devices)("parts on $name", ({ device }) => {
  const run: Run = async (name, dims, feeds) => {
    const norm = await createNorm(device, programOf(graphNamed(name)), { dims });
    try {
      return await norm.run(feeds);
    } finally {
      norm.destroy();
    }
  };

  it.each(cases)("%s", async (_, means, deviation) => {
    expect(await worstOfMerged(run, partsAt(means, deviation))).toBeLessThanOrEqual(1e-5);
  });
});

describe.each(nodeBackends)("parts on gpu.js %s", (backend) => {
  const run: Run = async (name, dims, feeds) => {
    const norm = await createGatherNorm({ GPU, backend }, gatherProgramOf(graphNamed(name)), { dims });
    try {
      return await norm.run(feeds);
    } finally {
      await norm.destroy();
    }
  };

  it.each(cases)("%s", async (_, means, deviation) => {
    expect(await worstOfMerged(run, partsAt(means, deviation))).toBeLessThanOrEqual(1e-5);
  });

  it("takes the first bits as the oracle does", async () => {
    const text = "norm High { axes N input x[N] y = high(x) output y }";
    const program = gatherProgramOf(checkText({ path: "high.norm", text })[0].graphs[0]);
    const norm = await createGatherNorm({ GPU, backend }, program, { dims: { x: [numbers.length] } });
    const { y } = await norm.run({ x: numbers });
    expect([...y!]).toEqual([...numbers].map(highPart));
    await norm.destroy();
  });
});

describe.each(devices)("the first bits on $name", ({ device }) => {
  it("are those of the oracle", async () => {
    const text = "norm High { axes N input x[N] y = high(x) output y }";
    const program = programOf(checkText({ path: "high.norm", text })[0].graphs[0]);
    const norm = await createNorm(device, program, { dims: { x: [numbers.length] } });
    const { y } = await norm.run({ x: numbers });
    expect([...y!]).toEqual([...numbers].map(highPart));
    norm.destroy();
  });
});

describe("gradients", () => {
  const text = (y: string): string => `norm Parts { axes N, D input x[N, D], w[N, D]
    mu = mean(x over D; weight = w^2)
    y = ${y}
    output y }`;

  it("are those of the mean, if both of its parts have the same cotangent", () => {
    const [whole, parted] = ["mu", "high(mu) + (mu - high(mu))"].map((y) =>
      oracle(
        backwardTrial({
          graph: checkText({ path: "parts.norm", text: text(y) })[0].graphs[0],
          dims: { x: [2, 9], w: [2, 9] },
          feeds: { x: normals(1, 18), w: normals(2, 18) },
        }),
      ),
    );
    for (const [name, values] of whole!) {
      expect([...parted!.get(name)!]).toEqual([...values].map((value) => expect.closeTo(value, 12)));
    }
  });
});
