/** A link that carries a spec: `#spec=` and its text, deflated, in the base64 of URLs. */
import { deflateSync, inflateSync, strFromU8, strToU8 } from "fflate";

/** What a link opens. */
export interface Linked {
  readonly text: string;
  readonly norm?: string;
}

export function hashOf({ text, norm }: Linked): string {
  const packed = base64(deflateSync(strToU8(text), { level: 9 }));
  return `#spec=${packed}${norm === undefined ? "" : `&norm=${encodeURIComponent(norm)}`}`;
}

/** Undefined for a hash of something else, or one that was cut. */
export function linkedIn(hash: string): Linked | undefined {
  const words = new URLSearchParams(hash.slice(1));
  const packed = words.get("spec");
  const norm = words.get("norm") ?? undefined;
  if (packed === null) return undefined;
  try {
    const text = strFromU8(inflateSync(bytesOf(packed)));
    return norm === undefined ? { text } : { text, norm };
  } catch {
    return undefined;
  }
}

/** `#example=group_norm`: the name of a shipped spec. */
export function exampleIn(hash: string): string | undefined {
  return new URLSearchParams(hash.slice(1)).get("example") ?? undefined;
}

function base64(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function bytesOf(packed: string): Uint8Array {
  const text = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}
