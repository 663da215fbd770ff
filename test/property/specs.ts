/**
 * Random specs with random shapes, for fast-check. Every spec is legal: what is made here must check, compile and
 * agree with the oracle. Operators are bounded ones, so that the comparison says something of the compiler and not of
 * the conditioning of a random formula.
 */
import fc from "fast-check";

export interface RandomSpec {
  readonly text: string;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** Tensors that must be fed with small integers. */
  readonly integers: readonly string[];
}

interface Axes {
  /** Names as the tensors use them, in the layout of x. */
  readonly layout: readonly string[];
  readonly extents: Readonly<Record<string, readonly number[]>>;
  readonly declaration: string;
  /** What can be reduced over: axes, and the factors of a split one. */
  readonly reducible: readonly string[];
}

const extent = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 13, 17, 33, 70);
const small = fc.constantFrom(1, 2, 3, 5);

/** Two to four axes in any order; one may be split, one may be variadic. */
const axes: fc.Arbitrary<Axes> = fc
  .record({
    order: fc.shuffledSubarray(["N", "C", "S", "T"], { minLength: 2, maxLength: 4 }),
    split: fc.boolean(),
    variadic: fc.boolean(),
    extents: fc.tuple(extent, small, extent, small),
    groups: fc.constantFrom(1, 2, 3),
    fixed: fc.boolean(),
  })
  .map(({ order, split, variadic, extents, groups, fixed }) => {
    const own: Record<string, readonly number[]> = {
      N: [extents[0]],
      C: [extents[1] * groups],
      S: [extents[2]],
      T: [extents[3]],
    };
    if (variadic) own.S = [2, extents[2]];
    const has = (name: string): boolean => order.includes(name);
    const spelled = (name: string): string => (name === "S" && variadic ? "...S" : name);
    const declared = order.map((name) => (name === "C" && split ? `C = G * K` : spelled(name)));
    const factors = has("C") && split ? ["G", "K"] : [];
    const given = factors.length === 0 ? "" : `, G = ${groups}`;
    return {
      layout: order.map(spelled),
      extents: own,
      declaration: `axes ${declared.join(", ")}${fixed ? given : ""}\n  param eps = 0.01${fixed ? "" : given}`,
      reducible: [...order.map(spelled), ...factors],
    };
  });

/** A subset of the axes to reduce over, never an axis together with its own factors. */
function reduced(own: Axes): fc.Arbitrary<string> {
  return fc
    .shuffledSubarray([...own.reducible], { minLength: 1, maxLength: Math.min(3, own.reducible.length) })
    .map((names) =>
      names.filter((name) => !(names.includes("C") && (name === "G" || name === "K"))).join(", "),
    );
}

/** Without sin and cos: WGSL lets them be off by 2^-11, and SwiftShader uses it. An expression over the given names; `x`-like operands have all axes, so everything can be reduced. */
function expression(own: Axes, names: readonly string[], depth: number): fc.Arbitrary<string> {
  const leaf = fc.constantFrom(...names, "0.5", "2");
  if (depth === 0) return leaf;
  const inner = expression(own, names, depth - 1);
  const full = fc.constantFrom(...names.filter((name) => name === "x" || /^e\d/.test(name)));
  return fc.oneof(
    leaf,
    fc.tuple(fc.constantFrom("+", "-", "*"), inner, inner).map(([op, a, b]) => `(${a} ${op} ${b})`),
    fc.tuple(inner, inner).map(([a, b]) => `(${a} / (1 + abs(${b})))`),
    fc.tuple(fc.constantFrom("tanh", "sigmoid", "relu", "abs", "silu"), inner).map(([f, a]) => `${f}(${a})`),
    fc.tuple(fc.constantFrom("max", "min"), inner, inner).map(([f, a, b]) => `${f}(${a}, ${b})`),
    // The condition is on an input as it is: on a computed value, rounding alone could choose the other branch.
    fc
      .tuple(fc.constantFrom("x", "w", "gamma"), inner, inner)
      .map(([a, b, c]) => `where(${a} < 0.25, ${b}, ${c})`),
    fc
      .tuple(fc.constantFrom("mean", "var", "max", "min"), full, reduced(own))
      .map(([f, a, over]) => `${f}(${a} over ${over})`),
    fc.tuple(full, reduced(own)).map(([a, over]) => `standardize(${a} over ${over}; eps)`),
    // The stand-in is the value itself, so that differences of the value still say what the gradient is.
    inner.map((a) => `with_gradient_of(${a}, ${a})`),
  );
}

export const randomSpec: fc.Arbitrary<RandomSpec> = axes.chain((own) => {
  const tensors = fc.record({
    w: fc.subarray([...own.layout], { minLength: 0, maxLength: own.layout.length }),
    gamma: fc.subarray([...own.layout], { minLength: 0, maxLength: 2 }),
  });
  const names = ["x", "w", "gamma"];
  // Every equation keeps all axes of x, so that the next one can reduce over any of them.
  const equations = fc
    .integer({ min: 1, max: 3 })
    .chain((count) =>
      fc.tuple(...Array.from({ length: count }, (_, i) => expression(own, [...names, ...earlier(i)], 3))),
    );
  return fc.record({ tensors, equations }).map(({ tensors: { w, gamma }, equations: bodies }) => {
    const brackets = (list: readonly string[]): string => (list.length === 0 ? "" : `[${list.join(", ")}]`);
    const lines = bodies.map((body, i) => `  e${i} = 0.5 * x + ${body}`);
    // Every third spec has an output of integers as well, every fourth an input. No chance of its own, so that the others
    // stay what they were.
    const length = lines.join("").length;
    const dtype = length % 4 === 0 ? [": i8", ": u8", ": i32", ": u32"][w.length % 4] : "";
    const stored =
      length % 3 === 0 ? `\n  q = 20 * tanh(x + 0.3 * w)\n  output q: ${dtype === ": u8" ? "u8" : "i8"}` : "";
    const text = `norm Random {
  ${own.declaration}
  input x${brackets(own.layout)}, w${brackets(w)}${dtype}
  affine gamma${brackets(gamma)} = 1
${lines.join("\n")}
  y = e${bodies.length - 1} + 0 * (w + gamma)
  output y${stored}
}
`;
    const flat = (list: readonly string[]): number[] =>
      list.flatMap((name) => own.extents[name.replace("...", "")]);
    const dims = { x: flat(own.layout), w: flat(w), gamma: flat(gamma) };
    return { text, dims, integers: dtype === "" ? [] : ["w"] };
  });
});

const earlier = (count: number): string[] => Array.from({ length: count }, (_, i) => `e${i}`);
