/** The format of MNIST's files: a magic number and the extents as 32-bit numbers, most significant byte first, then bytes. */

export function readImages(file: Uint8Array): Uint8Array {
  const [count, height, width] = extents(file, 3);
  return bytes(file, 16, (count ?? 0) * (height ?? 0) * (width ?? 0));
}

export function readLabels(file: Uint8Array): Uint8Array {
  const [count] = extents(file, 1);
  return bytes(file, 8, count ?? 0);
}

function extents(file: Uint8Array, rank: number): readonly number[] {
  const words = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (words.getUint32(0) !== 0x800 + rank) throw new Error(`no IDX file of bytes with ${rank} extents`);
  return Array.from({ length: rank }, (_, i) => words.getUint32(4 + 4 * i));
}

function bytes(file: Uint8Array, from: number, count: number): Uint8Array {
  if (file.byteLength !== from + count)
    throw new Error(`expected ${from + count} bytes, found ${file.byteLength}`);
  return file.subarray(from);
}
