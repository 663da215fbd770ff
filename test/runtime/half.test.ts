import { expect, test } from "vitest";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import { fromHalf } from "../../src/runtime/shapes/from-half.ts";

test("every f16 comes back from f32 as it was", () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = fromHalf(half);
    const nan = (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;
    expect(Number.isNaN(value)).toBe(nan);
    if (!nan && toHalf(value) !== half)
      throw new Error(`${half.toString(16)} became ${toHalf(value).toString(16)}`);
  }
});

test("a value between two goes to the nearest, a tie to the even one", () => {
  for (let half = 0; half < 0x7bff; half++) {
    const below = fromHalf(half);
    const above = fromHalf(half + 1);
    const middle = (below + above) / 2;
    const even = half % 2 === 0 ? half : half + 1;
    const nearMiddle = (above - below) / 64;
    if (toHalf(middle) !== even || toHalf(-middle) !== (even | 0x8000))
      throw new Error(`the tie above ${below}`);
    if (toHalf(middle - nearMiddle) !== half) throw new Error(`just above ${below}`);
    if (toHalf(middle + nearMiddle) !== half + 1) throw new Error(`just below ${above}`);
  }
});

test.each([
  [65504, 0x7bff],
  [65519.996, 0x7bff],
  [65520, 0x7c00],
  [1e30, 0x7c00],
  [-1e30, 0xfc00],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [-0, 0x8000],
  [2 ** -25, 0],
  [2 ** -25 * 1.0001, 1],
  [1e-30, 0],
  [2 ** -14, 0x0400],
  [Number.NaN, 0x7e00],
])("%f is %i", (value, half) => {
  expect(toHalf(value)).toBe(half);
});
