/** The example of `docs/several-devices.md`: parts that exchange their numbers over a channel, against the batch norm of the whole. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { normc, root, temporaryFolder } from "../cli/normc.ts";
import { oracle } from "../support/compare.ts";
import { backwardOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { codeBlocks } from "./blocks.ts";

const devices = await openTestDevices();
const folder = temporaryFolder();
afterAll(async () => {
  await closeTestDevices(devices);
  folder[Symbol.dispose]();
});

type Numbers = Readonly<Record<string, Float32Array>>;
type Exchange = (mine: Numbers) => Promise<Numbers>;

/** What the block defines. */
interface Example {
  exchangeOver(channel: BroadcastChannel, part: number, parts: number): Exchange;
  syncBatchNorm(
    device: GPUDevice,
    dims: readonly number[],
    parts: number,
    exchange: Exchange,
  ): Promise<{
    forward(
      x: Float32Array,
      gamma: Float32Array,
      beta: Float32Array,
    ): Promise<{ y: Float32Array; backward(dy: Float32Array): Promise<Numbers> }>;
  }>;
}

async function loadExample(): Promise<Example> {
  const built = await normc([
    "build",
    "library/sync_batch_norm.norm",
    "--out",
    join(folder.path, "generated"),
  ]);
  expect(built.code, built.err).toBe(0);
  mkdirSync(join(folder.path, "node_modules"));
  symlinkSync(root, join(folder.path, "node_modules/normc"));
  writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
  const text = codeBlocks().find(
    ({ at, language }) => at.includes("several-devices") && language === "ts",
  )?.text;
  writeFileSync(join(folder.path, "example.ts"), `${text}\nexport { exchangeOver, syncBatchNorm };\n`);
  return (await import(pathToFileURL(join(folder.path, "example.ts")).href)) as Example;
}

test("three parts, two steps", async () => {
  const { exchangeOver, syncBatchNorm } = await loadExample();
  const [channels, size, far] = [4, 10, 1e6];
  const samples = [2, 5, 1];
  const gamma = normals(1, channels, 1, 0.1);
  const beta = normals(2, channels);
  const parts = samples.map((n, part) => ({
    dims: [n, channels, size],
    x: normals(part + 3, n * channels * size, far + part),
    dy: normals(part + 6, n * channels * size),
    device: devices[part % devices.length]!.device,
    channel: new BroadcastChannel("normc several devices"),
  }));
  const found = await Promise.all(
    parts.map(async ({ dims, x, dy, device, channel }, part) => {
      const exchange = exchangeOver(channel, part, parts.length);
      const layer = await syncBatchNorm(device, dims, parts.length, exchange);
      await layer.forward(x, gamma, beta);
      const { y, backward } = await layer.forward(x, gamma, beta);
      return { y, gradients: await backward(dy) };
    }),
  );
  for (const { channel } of parts) channel.close();

  const whole = (name: "x" | "dy") => Float32Array.from(parts.flatMap((one) => [...one[name]]));
  const graph = graphOf("BatchNorm", "train");
  const dims = { x: [samples.reduce((a, b) => a + b), channels, size] };
  const forward = oracle({ graph, dims, feeds: { x: whole("x"), gamma, beta } });
  const backward = oracle({
    graph: backwardOf(graph),
    dims: { ...dims, d_y: dims.x },
    feeds: { x: whole("x"), gamma, d_y: whole("dy") },
  });
  const worst = (got: ArrayLike<number>, want: ArrayLike<number>): number => {
    expect(got.length).toBe(want.length);
    const largest = Math.max(1, ...Array.from(want, Math.abs));
    return Math.max(...Array.from(want, (value, i) => Math.abs(got[i]! - value))) / largest;
  };
  expect(
    worst(
      found.flatMap(({ y }) => [...y]),
      forward.get("y")!,
    ),
  ).toBeLessThanOrEqual(1e-5);
  expect(
    worst(
      found.flatMap(({ gradients }) => [...gradients.dx!]),
      backward.get("d_x")!,
    ),
  ).toBeLessThanOrEqual(1e-5);
  for (const { gradients } of found) {
    const { dgamma, dbeta } = gradients;
    expect(worst(dgamma!, backward.get("d_gamma")!)).toBeLessThanOrEqual(1e-5);
    expect(worst(dbeta!, backward.get("d_beta")!)).toBeLessThanOrEqual(1e-5);
  }
}, 60_000);
