/**
 * Products that are added to something, in one instruction: relaxed SIMD's f32x4.relaxed_madd, which an engine may lack. A
 * module has them in two, with as many bytes, so that one module serves every engine:
 *
 *     f32x4.mul      local.get c   f32x4.add
 *     nop nop nop    local.get c   f32x4.relaxed_madd
 *
 * Softmax takes two thirds of the time, a layer norm in the cache 0.94 of it (on x64). The sequence of bytes is too long to be a constant. A fused product is not rounded before
 * it is added, as a driver may do it on a GPU, so results differ between engines by roundings.
 */
const multiply = [0xfd, 0xe6, 0x01];
const add = [0xfd, 0xe4, 0x01];
const multiplyAdd = [0xfd, 0x85, 0x02];
const nothing = [0x01, 0x01, 0x01];
const getLocal = 0x20;

/** Where the addition of a product begins that begins here. Undefined if there is none. */
function additionOf(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at + 3] !== getLocal || !isAt(bytes, at, multiply)) return undefined;
  // The number of a local has seven bits in a byte.
  const end = at + (bytes[at + 4]! < 128 ? 5 : 6);
  return isAt(bytes, end, add) ? end : undefined;
}

function isAt(bytes: Uint8Array, at: number, instruction: readonly number[]): boolean {
  return instruction.every((byte, i) => bytes[at + i] === byte);
}

/** A copy of a module in which products are fused. `WebAssembly.validate` tells whether an engine takes it. */
export function withFusedProducts(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = module.slice();
  module.forEach((_, at) => {
    const end = additionOf(module, at);
    if (end === undefined) return;
    bytes.set(nothing, at);
    bytes.set(multiplyAdd, end);
  });
  return bytes;
}
