/** Products that are fused at run time: a module of as many bytes, which every engine with relaxed SIMD takes. */
import { expect, it } from "vitest";
import { withFusedProducts } from "../../src/program/fused-products.ts";
import { loadAssembler } from "../../src/targets/wasm/assemble.ts";

/** @param locals how many locals come before the one that is added: from 128 on its number has two bytes. */
async function moduleOf(locals: number): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = (await loadAssembler())(`(module (import "normc" "memory" (memory 0 65536 shared))
    (func (export "f") (param $a f32) (param $b f32) (param $c f32) (result f32)
      ${"(local f32) ".repeat(locals)} (local $sum v128)
      (local.set $sum (f32x4.splat (local.get $c)))
      (f32x4.extract_lane 0 (f32x4.add
        (f32x4.mul (f32x4.splat (local.get $a)) (f32x4.splat (local.get $b)))
        (local.get $sum)))))`);
  return bytes;
}

async function run(bytes: Uint8Array<ArrayBuffer>, ...operands: readonly number[]): Promise<number> {
  const memory = new WebAssembly.Memory({ initial: 0 });
  const { instance } = await WebAssembly.instantiate(bytes, { normc: { memory } });
  return (instance.exports.f as (...operands: readonly number[]) => number)(...operands);
}

it.each([0, 130])("computes a product and a sum, with %d locals before", async (locals) => {
  const plain = await moduleOf(locals);
  const fused = withFusedProducts(plain);
  expect(fused.length).toBe(plain.length);
  expect(fused).not.toEqual(plain);
  for (const bytes of [plain, fused]) expect(await run(bytes, 3, 5, 7)).toBe(22);
});

it("leaves a product alone that nothing is added to", async () => {
  const { bytes } = (await loadAssembler())(`(module (import "normc" "memory" (memory 0 65536 shared))
    (func (export "f") (param $a f32) (result f32)
      (f32x4.extract_lane 0 (f32x4.mul (f32x4.splat (local.get $a)) (f32x4.splat (local.get $a))))))`);
  expect(withFusedProducts(bytes)).toEqual(bytes);
});
