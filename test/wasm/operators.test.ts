/** The operators that are written as WebAssembly, over all orders of magnitude, against float64. */
import { expect, it } from "vitest";
import { type Operator, operators } from "../../src/graph/operators/operators.ts";
import { loadAssembler } from "../../src/targets/wasm/assemble.ts";
import { helpersCalled } from "../../src/targets/wasm/helpers.ts";

const infinity = Number.POSITIVE_INFINITY;

/** The most units in the last place that `src/targets/wasm/operators` promises, for operands up to a magnitude. */
const bounds: readonly (readonly [op: Operator, ulps: number, most: number])[] = [
  ["exp", 1.5, infinity],
  ["exp2", 1.5, infinity],
  ["log", 1, infinity],
  ["log2", 2, infinity],
  ["sin", 1, 4e8],
  ["cos", 1, 4e8],
  ["tan", 1, 4e8],
  ["asin", 2, infinity],
  ["acos", 2, infinity],
  ["atan", 3, infinity],
  ["high", 0, infinity],
  ["sign", 0, infinity],
];

/** Bit patterns of floats, evenly spread: every exponent, both signs, NaN. Then what is special, and a dense middle. */
function operands(): Float32Array {
  const spread = new Float32Array(Uint32Array.from({ length: 60_000 }, (_, i) => i * 71_582).buffer);
  const ends = [
    2 ** -149,
    2 ** -126,
    3.4028234663852886e38,
    88.7228,
    88.7229,
    88.73,
    87.3365,
    87.3366,
    127.9999,
    128,
  ];
  const special = [0, 1, 0.5, Math.SQRT1_2, Math.SQRT2, infinity, ...ends].flatMap((one) => [one, -one]);
  const middle = Array.from({ length: 40_000 }, (_, i) => (i - 20_000) / 1_000 + 1e-5);
  const nearOne = Array.from({ length: 10_000 }, (_, i) => (i - 5_000) / 5e3);
  return Float32Array.from([...spread, Number.NaN, ...special, ...middle, ...nearOne]);
}

/** A loop over fours of memory, from 0 on, with results behind them. */
function loopOf(op: Operator): string {
  const helpers = helpersCalled(`(call $${op} `).join("\n");
  return `(module (import "normc" "memory" (memory 0 65536 shared)) ${helpers}
  (func (export "run") (param $end i32) (param $i i32)
    (loop $each
      (v128.store (i32.add (local.get $end) (local.get $i)) (call $${op} (v128.load (local.get $i))))
      (br_if $each (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $end))))))`;
}

async function onWasm(op: Operator, values: Float32Array): Promise<Float32Array> {
  const { bytes } = (await loadAssembler())(loopOf(op));
  const memory = new WebAssembly.Memory({ initial: Math.ceil((values.byteLength * 2) / 65536) });
  new Float32Array(memory.buffer).set(values);
  const { instance } = await WebAssembly.instantiate(bytes, { normc: { memory } });
  (instance.exports.run as (end: number, first: number) => void)(values.byteLength, 0);
  return new Float32Array(memory.buffer, values.byteLength, values.length);
}

/** The distance from a number to the next float. */
const ulp = (value: number): number => 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value)))) - 23);

const least = 2 ** -125;

/** In ulps. What is smaller than 2^-125 may be 0. */
function errorOf(got: number, exact: number): number {
  if (Object.is(got, exact) || (Number.isNaN(got) && Number.isNaN(exact))) return 0;
  const want = Math.abs(exact) >= 2 ** 128 - 2 ** 103 ? Math.sign(exact) * infinity : exact;
  if (got === want) return 0;
  if (Math.abs(want) < least) return Math.abs(got) <= least ? 0 : infinity;
  const error = Math.abs(got - want) / ulp(want);
  return Number.isNaN(error) ? infinity : error;
}

it.each(bounds)("%s is within %d ulp", async (op, ulps, most) => {
  const all = operands().filter((one) => !(Math.abs(one) > most && Math.abs(one) < infinity));
  const values = all.slice(0, all.length - (all.length % 4));
  const got = await onWasm(op, values);
  let worst = { operand: 0, got: 0, want: 0, error: 0 };
  values.forEach((operand, i) => {
    const want = operators[op].f64(operand, 0, 0);
    const error = errorOf(got[i]!, want);
    if (error > worst.error) worst = { operand, got: got[i]!, want, error };
  });
  expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(ulps);
});

it("sin and cos stay between -1 and 1, however large the operand", async () => {
  const values = new Float32Array(
    Uint32Array.from({ length: 4096 }, (_, i) => 0x4dc00000 + i * 203_000).buffer,
  );
  for (const op of ["sin", "cos"] as const) {
    for (const one of await onWasm(op, values)) expect(Math.abs(one)).toBeLessThanOrEqual(1);
  }
});
