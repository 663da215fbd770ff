/** `npm run example:train`: the same network without a norm and with one, on real digits, side by side. */
import { openDevice } from "../../src/tools/device/index.ts";
import { loadDigits } from "./digits.ts";
import { type Report, type TrainSettings, train } from "./train.ts";

const settings = { hidden: 32, samples: 50, parts: 2, rate: 0.1, steps: 120, every: 20 };

const began = performance.now();
const reasons: string[] = [];
const adapter = process.argv[2] ?? "auto";
const opened = await openDevice({ adapter, onMiss: (reason) => reasons.push(reason) });
if (opened === undefined) {
  process.stderr.write(`no WebGPU device: ${reasons.join("; ")}\n`);
  process.exit(3);
}
const digits = loadDigits(8000, 500);
const run = (norm: boolean) => train(opened.device, digits, { ...settings, norm } satisfies TrainSettings);

process.stdout.write(`784 -> ${settings.hidden} -> 10, batches of ${settings.samples * settings.parts}, on ${opened.adapter}

             without a norm      with layer norm
  step      loss   accuracy      loss   accuracy
`);
const [plain, normed] = [run(false), run(true)];
for (;;) {
  const [a, b] = [await plain.next(), await normed.next()];
  if (a.done || b.done) break;
  process.stdout.write(`${String(a.value.step).padStart(6)}${columns(a.value)}${columns(b.value)}\n`);
}
process.stdout.write(`\n${((performance.now() - began) / 1000).toFixed(1)} s\n`);
await opened.close();

function columns({ loss, accuracy }: Report): string {
  return `${loss.toFixed(4).padStart(10)}${`${(100 * accuracy).toFixed(1)} %`.padStart(11)}`;
}
