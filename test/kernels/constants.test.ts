/**
 * What is made of params and extents alone may leave the numbers: IEEE 754 says what comes then. WGSL refuses a pipeline
 * in which such a value is a constant.
 */
import { afterAll, describe, expect, it } from "vitest";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { checkText } from "../support/library.ts";
import { randomTrial } from "../support/shapes.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** Each was refused, with no rows or with a param of 0. */
const cases = [
  { value: "1 / size(N)", n: 0 },
  { value: "1 / size(N)", n: 3 },
  { value: "1 / eps", n: 3 },
  { value: "log(eps)", n: 3 },
  { value: "rsqrt(eps)", n: 3 },
  { value: "min(1 / eps, 3)", n: 3 },
  { value: "exp(1000 * (1 + eps))", n: 3 },
];

describe.each(devices)("constants on $name", ({ device }) => {
  it.each(cases)("$value of $n rows", async ({ value, n }) => {
    const text = `norm A {
  axes N, T
  param eps = 0
  input x[N, T]
  y = x + ${value}
  z = sum(x over N) + ${value} + eps
  output y, z
}`;
    const [{ graphs }] = checkText({ path: "a.norm", text });
    const worst = await worstDifference(device, randomTrial(graphs[0], { N: [n], T: [4] }, {}, 1));
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });
});
