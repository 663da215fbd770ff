/** The tokens of a text, once for each text: several answers read them. */
import type { IToken } from "chevrotain";
import type { Source } from "../../../language/diagnostics/diagnostic.ts";
import { type Scan, scan } from "../../../language/syntax/scan.ts";

const scanned = new WeakMap<Source, Scan>();

export function scanOnce(source: Source): Scan {
  const known = scanned.get(source) ?? scan(source);
  scanned.set(source, known);
  return known;
}

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}
