// Not every browser with WebGPU has Float16Array yet, so this conversion and that of `from-half.ts` work on bits.
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the f16 nearest to a value, ties to even. Beyond 65504 it is infinity; NaN becomes a quiet NaN. */
export function toHalf(value: number): number {
  float[0] = value;
  const all = bits[0]!;
  const sign = (all >>> 16) & 0x8000;
  const magnitude = all & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is the midpoint between the largest f16 and the next power of two. The tie goes to the even one, infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: the number of steps of 2^-24. A step below 0.5 in f32 rounds to even when 2^23 is added to it.
    float[0] = Math.abs(float[0]!) * 2 ** 24 + 2 ** 23;
    return sign | (bits[0]! - 0x4b000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}
