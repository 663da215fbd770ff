/**
 * Returns the 64-bit FNV-1a hash (Fowler, Noll & Vo) of the text in UTF-8, as 16 hexadecimal digits. It distinguishes
 * versions of a text and protects nothing, so it need not be a cryptographic hash: `crypto.subtle` is asynchronous and
 * missing in pages without TLS, and SHA-256 in JavaScript would be a dependency and ten times as slow.
 */
export function fingerprint(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  const bytes = new TextEncoder().encode(text);
  for (let i = 0; i < bytes.length; i++) {
    // Multiplies by the prime 2^40 + 0x1b3 modulo 2^64, in two halves.
    const mixed = (low ^ bytes[i]!) >>> 0;
    const product = mixed * 0x1b3;
    high = (Math.imul(high, 0x1b3) + ((product * 2 ** -32) | 0) + (mixed << 8)) >>> 0;
    low = product >>> 0;
  }
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}
