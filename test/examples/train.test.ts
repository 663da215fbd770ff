/** The example that trains, shortened: its losses fall, and the one with a norm is not worse. */
import { afterAll, describe, expect, test } from "vitest";
import { loadDigits } from "../../examples/train/digits.ts";
import { type Report, train } from "../../examples/train/train.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const digits = loadDigits(2000, 200);
const settings = { hidden: 32, samples: 50, parts: 2, rate: 0.1, steps: 20, every: 5 };

async function reports(device: GPUDevice, norm: boolean, parts = settings.parts): Promise<Report[]> {
  const all: Report[] = [];
  for await (const one of train(device, digits, { ...settings, norm, parts, samples: 100 / parts })) {
    all.push(one);
  }
  return all;
}

test("each digit has one target, and pixels from 0 to 1", () => {
  const { count, images, targets } = digits.training;
  expect(count).toBe(2000);
  expect(targets.reduce((sum, one) => sum + one, 0)).toBe(count);
  expect(images.reduce((least, one) => Math.min(least, one))).toBe(0);
  expect(images.reduce((most, one) => Math.max(most, one))).toBe(1);
});

describe.each(devices)("$name", ({ device }) => {
  test("the loss falls, with a norm further than without", async () => {
    const [plain, normed] = [await reports(device, false), await reports(device, true)];
    for (const all of [plain, normed]) {
      const losses = all.map((one) => one.loss);
      expect(losses).toHaveLength(4);
      // Knowing nothing costs ln 10 = 2.30.
      expect(losses[0]).toBeGreaterThan(1.8);
      expect(losses[3]).toBeLessThan(losses[0]! - 0.4);
      // Guessing tells a tenth right.
      expect(all[3]!.accuracy).toBeGreaterThan(0.5);
    }
    expect(normed[3]!.loss).toBeLessThanOrEqual(plain[3]!.loss);
  });

  test("a batch in parts, with gradients added up, learns what a batch at once does", async () => {
    const [whole, parts] = [await reports(device, true, 1), await reports(device, true, 2)];
    // Sums in another order, through twenty steps.
    for (const [i, { loss }] of whole.entries()) expect(parts[i]!.loss).toBeCloseTo(loss, 3);
  });
});
