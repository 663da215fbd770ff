/**
 * log and log2, as FreeBSD's e_logf.c (from fdlibm, Sun Microsystems 1993; also in musl): x = 2^k · (1 + f) with 1 + f
 * between √½ and √2; with s = f / (2 + f),
 *
 *     log(1 + f) = f − f²/2 + s · (f²/2 + s² · P(s²))
 */
import type { Wat } from "../../text/wat.ts";
import {
  add,
  and,
  choose,
  div,
  eq,
  gt,
  lt,
  mul,
  sqrt,
  sub,
  type VectorOperator,
  type Writer,
} from "./vector.ts";

/** At most 1 ulp. */
export const log: VectorOperator = (w, x) => {
  const { k, f, half, rest } = parts(w, x);
  const low = sub(add(rest, mul(k, w.f32(9.0580006145e-6))), half);
  return withEdges(w, x, add(add(low, f), mul(k, w.f32(6.9313812256e-1))));
};

/** At most 2 ulp. */
export const log2: VectorOperator = (w, x) => {
  const { k, f, half, rest } = parts(w, x);
  return withEdges(w, x, add(mul(sub(f, sub(half, rest)), w.f32(Math.LOG2E)), k));
};

interface Parts {
  readonly k: Wat;
  readonly f: Wat;
  /** f² / 2 */
  readonly half: Wat;
  /** s · (f²/2 + s² · P(s²)) */
  readonly rest: Wat;
}

/** The bits of √½. */
const root = 0x3f3504f3;

function parts(w: Writer, x: Wat): Parts {
  // A subnormal number is multiplied by 2^25 first.
  const tiny = w.keep("tiny", lt(x, w.f32(2 ** -126)));
  const normal = choose(mul(x, w.f32(2 ** 25)), x, tiny);
  const bits = w.keep("bits", ["i32x4.add", normal, w.i32(0x3f800000 - root)]);
  const exponent: Wat = ["i32x4.sub", ["i32x4.shr_s", bits, ["i32.const", "23"]], w.i32(127)];
  const k = w.keep("k", ["f32x4.convert_i32x4_s", ["i32x4.sub", exponent, and(tiny, w.i32(25))]]);
  const m: Wat = ["i32x4.add", and(bits, w.i32(0x7fffff)), w.i32(root)];
  const f = w.keep("f", sub(m, w.f32(1)));
  const s = w.keep("s", div(f, add(f, w.f32(2))));
  const z = w.keep("z", mul(s, s));
  const z2 = w.keep("z2", mul(z, z));
  const odd = mul(z, add(w.f32(0.66666662693), mul(z2, w.f32(0.28498786688))));
  const even = mul(z2, add(w.f32(0.40000972152), mul(z2, w.f32(0.24279078841))));
  const half = w.keep("half", mul(mul(w.f32(0.5), f), f));
  const rest = mul(s, add(half, add(odd, even)));
  return { k, f, half, rest };
}

/** −∞ of 0, NaN below 0 and of a NaN, ∞ of ∞: as the root, but for 0. */
function withEdges(w: Writer, x: Wat, value: Wat): Wat {
  const inside = and(gt(x, w.f32(0)), lt(x, w.f32(Number.POSITIVE_INFINITY)));
  const edge = choose(w.f32(Number.NEGATIVE_INFINITY), sqrt(x), eq(x, w.f32(0)));
  return choose(value, edge, inside);
}
