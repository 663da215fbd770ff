/**
 * Returns the 64-bit FNV-1a hash (Fowler, Noll & Vo) of the text in UTF-8, as 16 hexadecimal digits. It distinguishes
 * versions of a text and protects nothing, so it need not be a cryptographic hash: `crypto.subtle` is asynchronous and
 * missing in pages without TLS, and SHA-256 in JavaScript would be a dependency and ten times as slow.
 */
export function fingerprint(text: string): string {
  // The hash in four parts of 16 bits: their products are small integers, which JavaScript computes fastest.
  let [a, b, c, d] = [0x2325, 0x8422, 0x9ce4, 0xcbf2];
  const bytes = new TextEncoder().encode(text);
  for (let i = 0; i < bytes.length; i++) {
    // Multiplies by the prime 2^40 + 0x1b3 modulo 2^64.
    a ^= bytes[i]!;
    const first = a * 0x1b3;
    const second = b * 0x1b3 + (first >>> 16);
    const third = c * 0x1b3 + (a << 8) + (second >>> 16);
    d = (d * 0x1b3 + (b << 8) + (third >>> 16)) & 0xffff;
    a = first & 0xffff;
    b = second & 0xffff;
    c = third & 0xffff;
  }
  return [d, c, b, a].map((part) => part.toString(16).padStart(4, "0")).join("");
}
