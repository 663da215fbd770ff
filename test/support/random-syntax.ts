/** Random files: trees without spans, and for each the tokens of a text. */
import fc from "fast-check";

/** Trees as `withoutSpans` makes them. */
type Tree = Readonly<Record<string, unknown>>;

interface Spoken {
  readonly tree: Tree;
  /** The text as tokens, with every operation in parentheses. */
  readonly words: readonly string[];
}

const words = ["x", "y", "gamma", "mean", "input1", "N", "C", "K", "running_mean", "_", "float", "norms"];
const name = fc.constantFrom(...words);
const number = fc.constantFrom("0", "1", "0.5", ".25", "1e-5", "2.5E+3", "1e308");
const operator = fc.constantFrom("+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!=");

const named = (text: string): Tree => ({ text });
const numberTree = (text: string): Tree => ({ kind: "number", value: Number(text), text });

const axis: fc.Arbitrary<Spoken> = fc
  .record({ text: name, variadic: fc.boolean() })
  .map(({ text, variadic }) => ({
    tree: { name: named(text), variadic },
    words: variadic ? ["...", text] : [text],
  }));

/** Joins the parts with commas, perhaps with a trailing one. */
function listed(parts: readonly Spoken[], more = false): string[] {
  const out = parts.flatMap((part, i) => (i === 0 ? part.words : [",", ...part.words]));
  return more && parts.length > 0 ? [...out, ","] : out;
}

const trees = (parts: readonly Spoken[]): Tree[] => parts.map((part) => part.tree);
const some = <T>(one: fc.Arbitrary<T>, minLength = 1): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength, maxLength: 3 });

export const { expression } = fc.letrec<{ expression: Spoken; call: Spoken }>((tie) => ({
  call: fc
    .record({
      callee: name,
      arguments: some(tie("expression"), 0),
      over: fc.option(some(axis), { nil: undefined }),
      settings: some(fc.record({ name: fc.option(name, { nil: undefined }), value: tie("expression") }), 0),
      more: fc.boolean(),
    })
    .map(({ callee, arguments: given, over, settings, more }) => {
      const spoken = settings.map(
        (one): Spoken => ({
          tree: { ...(one.name === undefined ? {} : { name: named(one.name) }), value: one.value.tree },
          words: one.name === undefined ? one.value.words : [one.name, "=", ...one.value.words],
        }),
      );
      return {
        tree: {
          kind: "call",
          callee: named(callee),
          arguments: trees(given),
          ...(over === undefined ? {} : { over: trees(over) }),
          settings: trees(spoken),
        },
        words: [
          callee,
          "(",
          ...listed(given, more),
          ...(over === undefined ? [] : ["over", ...listed(over, more)]),
          ...(spoken.length === 0 ? [] : [";", ...listed(spoken, more)]),
          ")",
        ],
      };
    }),
  expression: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    number.map((text): Spoken => ({ tree: numberTree(text), words: [text] })),
    name.map((text): Spoken => ({ tree: { kind: "name", name: named(text) }, words: [text] })),
    axis.map(
      ({ tree, words: said }): Spoken =>
        tree.variadic === true
          ? { tree: { kind: "axis", axis: tree }, words: said }
          : { tree: { kind: "name", name: tree.name }, words: said },
    ),
    tie("expression").map((one) => ({
      tree: { kind: "negate", operand: one.tree },
      words: ["(", "-", "(", ...one.words, ")", ")"],
    })),
    fc.tuple(operator, tie("expression"), tie("expression")).map(([sign, left, right]) => ({
      tree: { kind: "binary", operator: sign, left: left.tree, right: right.tree },
      words: ["(", "(", ...left.words, ")", sign, "(", ...right.words, ")", ")"],
    })),
    fc.tuple(tie("expression"), axis, fc.nat(9)).map(([target, along, index]) => ({
      tree: { kind: "at", target: target.tree, axis: along.tree, index: numberTree(String(index)) },
      words: ["(", ...target.words, ")", "[", ...along.words, "=", String(index), "]"],
    })),
    tie("call"),
  ),
}));

const dims = some(axis, 0).map(
  (axes): Spoken => ({
    tree: { axes: trees(axes) },
    words: axes.length === 0 ? [] : ["[", ...listed(axes), "]"],
  }),
);

const axisDeclaration: fc.Arbitrary<Spoken> = fc.oneof(
  axis.map((one) => ({ tree: { axis: one.tree }, words: one.words })),
  fc.tuple(axis, fc.array(name, { minLength: 2, maxLength: 3 })).map(([one, factors]) => ({
    tree: { axis: one.tree, factors: factors.map(named) },
    words: [...one.words, "=", ...factors.flatMap((each, i) => (i === 0 ? [each] : ["*", each]))],
  })),
  fc.tuple(axis, fc.nat(99)).map(([one, extent]) => ({
    tree: { axis: one.tree, extent: numberTree(String(extent)) },
    words: [...one.words, "=", String(extent)],
  })),
);

const elementType = fc.option(fc.constantFrom("i8", "u8", "i32", "u32", "f16", "x"), { nil: undefined });

/** What an element type adds to a declaration. */
function typed(type: string | undefined): Spoken {
  return type === undefined ? { tree: {}, words: [] } : { tree: { dtype: named(type) }, words: [":", type] };
}

const tensor = fc.tuple(name, dims, elementType, fc.option(expression, { nil: undefined })).map(
  ([text, shape, type, initial]): Spoken => ({
    tree: {
      name: named(text),
      dims: shape.tree.axes,
      ...typed(type).tree,
      ...(initial === undefined ? {} : { initial: initial.tree }),
    },
    words: [
      text,
      ...shape.words,
      ...typed(type).words,
      ...(initial === undefined ? [] : ["=", ...initial.words]),
    ],
  }),
);

const output = fc
  .tuple(name, fc.option(dims, { nil: undefined }), elementType)
  .map(([text, shape, type]): Spoken => {
    const given = shape !== undefined && shape.words.length > 0;
    return {
      tree: { name: named(text), ...(given ? { dims: shape.tree.axes } : {}), ...typed(type).tree },
      words: [text, ...(given ? shape.words : []), ...typed(type).words],
    };
  });

const statement: fc.Arbitrary<Spoken> = fc
  .tuple(fc.boolean(), name, expression)
  .map(([defines, text, value]) => ({
    tree: defines
      ? { kind: "define", name: named(text), value: value.tree }
      : { kind: "update", state: named(text), value: value.tree },
    words: [text, defines ? "=" : "<-", ...value.words],
  }));

const normItem: fc.Arbitrary<Spoken> = fc.oneof(
  some(axisDeclaration).map((axes) => ({
    tree: { kind: "axes", axes: trees(axes) },
    words: ["axes", ...listed(axes)],
  })),
  some(fc.tuple(name, expression)).map((params) => {
    const spoken = params.map(
      ([text, value]): Spoken => ({
        tree: { name: named(text), value: value.tree },
        words: [text, "=", ...value.words],
      }),
    );
    return { tree: { kind: "param", params: trees(spoken) }, words: ["param", ...listed(spoken)] };
  }),
  fc.tuple(fc.constantFrom("input", "affine", "state"), some(tensor)).map(([role, tensors]) => ({
    tree: { kind: "tensors", role, tensors: trees(tensors) },
    words: [role, ...listed(tensors)],
  })),
  fc
    .tuple(fc.constantFrom("train", "infer"), some(statement, 0), fc.boolean())
    .map(([mode, statements, ends]) => ({
      tree: { kind: "mode", mode: named(mode), statements: trees(statements) },
      words: ["on", mode, "{", ...statements.flatMap((one) => (ends ? [...one.words, ";"] : one.words)), "}"],
    })),
  some(output).map((outputs) => ({
    tree: { kind: "output", outputs: trees(outputs) },
    words: ["output", ...listed(outputs)],
  })),
  statement,
  statement,
);

const fileItem: fc.Arbitrary<Spoken> = fc.oneof(
  some(fc.tuple(name, fc.option(name, { nil: undefined }))).map((names) => {
    const spoken = names.map(
      ([text, alias]): Spoken => ({
        tree: { name: named(text), ...(alias === undefined ? {} : { alias: named(alias) }) },
        words: alias === undefined ? [text] : [text, "as", alias],
      }),
    );
    return {
      tree: { kind: "import", names: trees(spoken), from: { path: "./a b.norm" } },
      words: ["import", "{", ...listed(spoken), "}", "from", '"./a b.norm"'],
    };
  }),
  fc.tuple(name, some(name, 0), expression).map(([text, parameters, body]) => ({
    tree: { kind: "function", name: named(text), parameters: parameters.map(named), body: body.tree },
    words: [
      "fn",
      text,
      "(",
      ...parameters.flatMap((one, i) => (i === 0 ? [one] : [",", one])),
      ")",
      "=",
      ...body.words,
    ],
  })),
  fc.tuple(name, fc.array(normItem, { maxLength: 6 })).map(([text, items]) => ({
    tree: { kind: "norm", name: named(text), items: trees(items) },
    words: ["norm", text, "{", ...items.flatMap((one) => one.words), "}"],
  })),
);

export const file: fc.Arbitrary<Spoken> = fc.array(fileItem, { maxLength: 4 }).map((items) => ({
  tree: { items: trees(items) },
  words: items.flatMap((one) => one.words),
}));

/** Text between two tokens. Now and then it is more than blanks. */
export const gaps = (withComments: boolean): fc.Arbitrary<readonly string[]> =>
  fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constant(" ") },
      { weight: 3, arbitrary: fc.constantFrom("\n", "\n\n\n", "\r\n", "\t") },
      ...(withComments
        ? [
            {
              weight: 1,
              arbitrary: fc.constantFrom(
                " // remark\n",
                "\n// alone\n",
                "\n/// doc\n",
                " /// aside\n",
                "\n\n//// four\n\n",
                "\n///\n",
              ),
            },
          ]
        : []),
    ),
    { minLength: 1, maxLength: 40 },
  );

export function spell(said: readonly string[], between: readonly string[]): string {
  return said.map((word, i) => `${word}${between[i % between.length]}`).join("");
}
