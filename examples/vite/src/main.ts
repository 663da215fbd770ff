import { InstanceNorm } from "normc/library/instance_norm.norm";
import { TileNorm } from "./norms/tile_norm.norm";
import { meanAndDeviation, paint, picture } from "./picture.ts";

const size = 256;
const x = picture(size);

async function start(): Promise<void> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("This browser has no WebGPU.");
  const device = await adapter.requestDevice();

  const tiles = await TileNorm.create(device, { x: [size, size] });
  const whole = await InstanceNorm.create(device, { x: [1, 1, size, size] });

  /** The result is a picture again: InstanceNorm gives mean 0 and deviation 1. */
  async function normalized(norm: string, strength: number): Promise<Float32Array> {
    if (norm === "tiles") return (await tiles.run({ x, strength: [strength] })).y;
    const { y } = await whole.run({ x });
    return y.map((value, i) => x[i]! + strength * (0.5 + 0.2 * value - x[i]!));
  }

  const form = document.querySelector("form")!;
  async function show(): Promise<void> {
    const chosen = new FormData(form);
    const y = await normalized(String(chosen.get("norm")), Number(chosen.get("strength")));
    paint("after", y, size);
    const { mean, deviation } = meanAndDeviation(y);
    document.querySelector("#numbers")!.textContent =
      `mean ${mean.toFixed(3)}, deviation ${deviation.toFixed(3)}`;
  }
  form.addEventListener("input", show);
  paint("before", x, size);
  await show();
}

start().then(
  () => {
    document.body.dataset.state = "done";
  },
  (error: unknown) => {
    document.body.dataset.state = "failed";
    document.querySelector("#words")!.textContent = error instanceof Error ? error.message : String(error);
  },
);
