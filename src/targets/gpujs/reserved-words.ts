/**
 * Words that cannot be names in a function for gpu.js: those of JavaScript, and those in the code that gpu.js makes
 * from it.
 */
import type { Reserved } from "../text/namer.ts";

const words = `
arguments await break case catch class const continue debugger default delete do else enum eval export extends false
finally for function if implements import in instanceof interface let new null package private protected public return
static super switch this throw true try typeof undefined var void while with yield Infinity NaN Math
thread constants output index threadId kernel result cbrt expm1 fround imul log10 log1p _pow _round atan2 decode32
decode16 decode8 encode32 get32 get16 get8 kernelResult LOOP_MAX BIT_COUNT MAGIC_VEC SCALE_FACTOR SCALE_FACTOR_INV modi
integerMod round_even high_part legacyEncode32 indexTo3D modulo color actualColor vTexCoord uTexSize uOutputDim data0
divWithIntCheck integerCorrectionModulo
`;

export const gpujsReserved: Reserved = {
  words: new Set(words.trim().split(/\s+/)),
  prefixes: ["user_", "constants_", "bitwise", "getM", "getV", "getF", "getI"],
  twoUnderscores: false,
};
