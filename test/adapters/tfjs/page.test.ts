/** The code of `docs/tensorflow.md` runs. */
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { GroupNorm } from "../../../generated/group_norm.ts";
import { GroupNorm as OnProcessor } from "../../../generated/group_norm.wasm.ts";
import { openTensorFlow } from "./tensorflow.ts";

const { tf: core, close } = await openTensorFlow();
const tfl = await import("@tensorflow/tfjs-layers");
const { tfOp } = await import("../../../src/adapters/tfjs/index.ts");
const fused = await import("../../../src/adapters/tfjs/layers/index.ts");
afterAll(close);

const page = readFileSync(new URL("../../../docs/tensorflow.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text]) => text!);

const AsyncFunction = (async () => undefined).constructor as new (
  ...words: string[]
) => (...given: unknown[]) => Promise<unknown>;

/** Runs a block without its imports. @returns what it has under these names in the end. */
async function run(text: string, given: Readonly<Record<string, unknown>>, wanted: string): Promise<never> {
  const body = text.replace(/^import .*$/gm, "");
  return (await new AsyncFunction(...Object.keys(given), `${body}\nreturn ${wanted};`)(
    ...Object.values(given),
  )) as never;
}

test("the page has the blocks that are run here", () => {
  expect(blocks).toHaveLength(2);
});

test("a saved model is loaded on our layers", async () => {
  await core.setBackend("wasm");
  const model = tfl.sequential({ layers: [tfl.layers.batchNormalization({ inputShape: [4] })] });
  let saved: object | undefined;
  await model.save(
    core.io.withSaveHandler(async (made) => {
      saved = made;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" as const } };
    }),
  );
  const file = core.io.fromMemory(saved as never);
  // The machine of the test may have no device.
  const tf = { ...core, ...tfl, setBackend: () => core.setBackend("wasm") };
  const loaded: { layers: unknown[] } = await run(blocks[0]!, { tf, file }, "model");
  expect(loaded.layers[0]).toBeInstanceOf(fused.BatchNormalization);
});

test("an op is called, and trained with", async () => {
  await core.setBackend("wasm");
  const given = { tf: core, tfOp, GroupNorm, OnProcessor };
  const {
    y,
    gamma,
  }: Record<"y" | "gamma", ReturnType<typeof core.ones>> = await run(blocks[1]!, given, "{ y, gamma }");
  expect(y.shape).toEqual([2, 64, 8, 8]);
  // A step against the gradient of the squares shrinks it.
  expect(Math.max(...(await gamma.data()))).toBeLessThan(1);
});
