import { SwishNorm } from "./swish_norm.norm";

const [rows, width] = [64, 512];

async function start() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("This browser has no WebGPU.");
  const device = await adapter.requestDevice();
  const x = Float32Array.from({ length: rows * width }, () => 100 + Math.random());
  const norm = await SwishNorm.create(device, { x: [rows, width] });
  const { y } = await norm.run({ x });
  return largestDifference(x, y);
}

/** From the formula, in float64. */
function largestDifference(x, y) {
  let most = 0;
  for (let at = 0; at < x.length; at += width) {
    const row = Array.from(x.subarray(at, at + width));
    const mean = row.reduce((sum, one) => sum + one, 0) / width;
    const variance = row.reduce((sum, one) => sum + (one - mean) ** 2, 0) / width;
    for (const [i, one] of row.entries()) {
      const v = (one - mean) / Math.sqrt(variance + 1e-5);
      most = Math.max(most, Math.abs(y[at + i] - v / (1 + Math.exp(-v))));
    }
  }
  return most;
}

const output = document.querySelector("output");
start().then(
  (difference) => {
    output.textContent = `${rows} rows of ${width}; largest difference from plain JavaScript: ${difference.toExponential(1)}`;
    document.body.dataset.state = "done";
  },
  (error) => {
    output.textContent = String(error);
    document.body.dataset.state = "failed";
  },
);
