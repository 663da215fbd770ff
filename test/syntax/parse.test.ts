import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { NormDecl, NormItem } from "../../src/language/syntax/ast.ts";
import { explicit, parseText, parseValid, withoutSpans } from "../support/syntax.ts";

function norm(text: string): NormDecl {
  const item = parseValid(text).items.at(-1);
  if (item?.kind !== "norm") throw new Error("no norm");
  return item;
}

function items<K extends NormItem["kind"]>(text: string, kind: K): Extract<NormItem, { kind: K }>[] {
  return norm(text).items.filter((one): one is Extract<NormItem, { kind: K }> => one.kind === kind);
}

function value(expression: string): string {
  return explicit(items(`norm A { y = ${expression} }`, "define")[0]!.value);
}

test.each([
  ["1", "1"],
  ["1.5e-5", "1.5e-5"],
  [".5", ".5"],
  ["a + b + c", "((a + b) + c)"],
  ["a - b - c", "((a - b) - c)"],
  ["a - (b - c)", "(a - (b - c))"],
  ["a + b * c", "(a + (b * c))"],
  ["a / b * c", "((a / b) * c)"],
  ["a * b < c + d", "((a * b) < (c + d))"],
  ["a == b", "(a == b)"],
  ["-x^2", "(-(x ^ 2))"],
  ["(-x)^2", "((-x) ^ 2)"],
  ["x^-2", "(x ^ (-2))"],
  ["x^-2^3", "(x ^ (-(2 ^ 3)))"],
  ["a^b^c", "(a ^ (b ^ c))"],
  ["(a^b)^c", "((a ^ b) ^ c)"],
  ["-a * b", "((-a) * b)"],
  ["a * -b * c", "((a * (-b)) * c)"],
  ["a - -b", "(a - (-b))"],
  ["--a", "(-(-a))"],
  ["2^-x * 3", "((2 ^ (-x)) * 3)"],
  ["a < -b", "(a < (-b))"],
  ["f()", "f()"],
  ["f(a, b,)", "f(a, b)"],
  ["mean(x over N, ...S)", "mean(x over N over ...S)"],
  ["standardize(x over K; eps)", "standardize(x over K; _ = eps)"],
  ["BatchNorm(x; gamma = g, eps = 1e-3)", "BatchNorm(x; gamma = g; eps = 1e-3)"],
  ["BatchNorm(x; gamma = g, 2 * a)", "BatchNorm(x; gamma = g; _ = (2 * a))"],
  ["size(N, ...S)", "size(N, ...S)"],
  ["w[M = 0]", "(w[M = 0])"],
  ["-w[M = 0]^2", "(-((w[M = 0]) ^ 2))"],
  ["(a + b)[M = 1][K = 2]", "(((a + b)[M = 1])[K = 2])"],
])("%s", (text, tree) => expect(value(text)).toBe(tree));

test.each([
  "input1",
  "normal",
  "axesx",
  "over_",
  "_as",
  "fnord",
  "outputs",
  "constructor",
  "array",
  "main",
  "vec4",
])("%s is a name", (name) => expect(value(name)).toBe(name));

test("newlines mean nothing, semicolons only separate", () => {
  const together = norm("norm A { axes N input x[N] y = x * 2 z <- y; w = f(z) output y, w }");
  const apart = norm(
    "norm\nA\n{\naxes\nN\ninput\nx\n[\nN\n]\ny\n=\nx\n*\n2\n;\nz\n<-\ny\nw\n=\nf\n(\nz\n)\noutput\ny\n,\nw\n}",
  );
  expect(withoutSpans(apart)).toEqual(withoutSpans(together));
  expect(together.items.map((one) => one.kind)).toEqual([
    "axes",
    "tensors",
    "define",
    "update",
    "define",
    "output",
  ]);
});

test("axes: plain, variadic, split, fixed", () => {
  expect(withoutSpans(items("norm A { axes N, C = G * K * L, M = 3, ...S, }", "axes")[0])).toEqual({
    kind: "axes",
    axes: [
      { axis: { name: { text: "N" }, variadic: false } },
      {
        axis: { name: { text: "C" }, variadic: false },
        factors: [{ text: "G" }, { text: "K" }, { text: "L" }],
      },
      {
        axis: { name: { text: "M" }, variadic: false },
        extent: { kind: "number", value: 3, text: "3" },
      },
      { axis: { name: { text: "S" }, variadic: true } },
    ],
  });
});

test("tensors: dims, scalars, initial values", () => {
  const [input, affine] = items("norm A { input x[N, ...S] affine alpha = 1, g[C] = -1 }", "tensors");
  expect(input).toMatchObject({ role: "input", tensors: [{ name: { text: "x" } }] });
  expect(input!.tensors[0]!.dims.map((one) => [one.variadic, one.name.text])).toEqual([
    [false, "N"],
    [true, "S"],
  ]);
  expect(input!.tensors[0]).not.toHaveProperty("initial");
  expect(affine!.tensors.map((one) => [one.name.text, one.dims.length, explicit(one.initial!)])).toEqual([
    ["alpha", 0, "1"],
    ["g", 1, "(-1)"],
  ]);
});

test("modes, outputs with a layout", () => {
  const [train, infer] = items("norm A { on train { m = 1 s <- m } on infer {} output y, z[N, C] }", "mode");
  expect(train!.mode.text).toBe("train");
  expect(train!.statements.map((one) => one.kind)).toEqual(["define", "update"]);
  expect(infer!.statements).toEqual([]);
  const [output] = items("norm A { output y, z[N, C] }", "output");
  expect(output!.outputs.map((one) => one.dims?.length)).toEqual([undefined, 2]);
});

test("imports and functions", () => {
  const file = parseValid('import { A, B as C, } from "./f.norm" fn f(v, w) = v + w fn zero() = 0');
  expect(withoutSpans(file.items.slice(0, 1))).toEqual([
    {
      kind: "import",
      names: [{ name: { text: "A" } }, { name: { text: "B" }, alias: { text: "C" } }],
      from: { path: "./f.norm" },
    },
  ]);
  expect(file.items.slice(1)).toMatchObject([
    { kind: "function", name: { text: "f" }, parameters: [{ text: "v" }, { text: "w" }] },
    { kind: "function", name: { text: "zero" }, parameters: [] },
  ]);
});

test("documentation stands directly above", () => {
  const text = `/// not this: a blank line follows

/// The norm.
///   Indented.
// a remark breaks the run
/// Its last line.
norm A {
  /// Small.
  param eps = 1,
    /// Large.
    big = 2, /// behind, not above
    none = 3
  //// four slashes
  input x
  /// Above the keyword.
  affine
    /// Above the name.
    g[C] = 1
  /// Result.
  output y
}
/// A function.
fn f(v) = v`;
  const file = parseValid(text);
  const one = file.items[0] as NormDecl;
  expect(one.doc).toBe("Its last line.");
  const docs = one.items.flatMap((item): (string | undefined)[] => {
    if (item.kind === "param") return item.params.map((each) => each.doc);
    if (item.kind === "tensors") return item.tensors.map((each) => each.doc);
    if (item.kind === "output") return item.outputs.map((each) => each.doc);
    return [];
  });
  expect(docs).toEqual([
    "Small.",
    "Large.",
    undefined,
    undefined,
    "Above the keyword.\nAbove the name.",
    "Result.",
  ]);
  expect(file.items[1]).toMatchObject({ doc: "A function." });
  expect(norm("/// One.\r\n///  Two.\r\nnorm A {}").doc).toBe("One.\n Two.");
});

test("spans cover what they name", () => {
  const text = "\uFEFFnorm A {\r\n  y = (a + b) * mean(x over ...S)\r\n}";
  const [define] = items(text, "define");
  const cut = (span: { start: number; end: number }): string => text.slice(span.start, span.end);
  const product = define!.value;
  if (product.kind !== "binary" || product.right.kind !== "call") throw new Error("another tree");
  expect(cut(define!.span)).toBe("y = (a + b) * mean(x over ...S)");
  expect(cut(define!.name.span)).toBe("y");
  expect(cut(product.left.span)).toBe("(a + b)");
  expect(cut(product.right.span)).toBe("mean(x over ...S)");
  expect(cut(product.right.over![0]!.span)).toBe("...S");
});

test("what is whole around a mistake stays in the tree", () => {
  const { file, found } = parseText("norm A { x = 1 y = ( z = 3 } norm B { } norm { } fn f(v) = v");
  expect(found).toHaveLength(2);
  expect(file.items.map((one) => one.kind === "import" || one.name.text)).toEqual(["A", "B", "f"]);
});

/** What a text with a mistake still says, without where. */
function leftOf(body: string): unknown {
  const { file, found } = parseText(`norm A { ${body} }`);
  expect(found.length).toBe(1);
  expect([...file.gaps.items]).toEqual(file.items);
  const [item] = file.items;
  return item?.kind === "norm" ? withoutSpans(item.items) : undefined;
}

const gap = { kind: "gap" };
const one = { kind: "number", value: 1, text: "1" };
const named = (text: string): unknown => ({ text });
const axis = (text: string): unknown => ({ name: { text }, variadic: false });

test.each<[string, unknown]>([
  [
    "param a = , b = 1",
    [
      {
        kind: "param",
        params: [
          { name: named("a"), value: gap },
          { name: named("b"), value: one },
        ],
      },
    ],
  ],
  [
    "param a = f(1, 2 b), b = 1",
    [
      {
        kind: "param",
        params: [
          { name: named("a"), value: gap },
          { name: named("b"), value: one },
        ],
      },
    ],
  ],
  ["param 3 = 1, b = 1", [{ kind: "param", params: [{ name: named("b"), value: one }] }]],
  [
    "axes N, C = G * , M",
    [
      {
        kind: "axes",
        axes: [{ axis: axis("N") }, { axis: axis("C"), factors: [named("G")] }, { axis: axis("M") }],
      },
    ],
  ],
  [
    "input x[N, , C], z[N]",
    [
      {
        kind: "tensors",
        role: "input",
        tensors: [
          { name: named("x"), dims: [axis("N")], dimsBroken: true },
          { name: named("z"), dims: [axis("N")] },
        ],
      },
    ],
  ],
  [
    "affine g[N] = , b[N = 1",
    [
      {
        kind: "tensors",
        role: "affine",
        tensors: [
          { name: named("g"), dims: [axis("N")], initial: gap },
          { name: named("b"), dims: [axis("N")], dimsBroken: true, initial: one },
        ],
      },
    ],
  ],
  [
    "output y[N, z",
    [{ kind: "output", outputs: [{ name: named("y"), dims: [axis("N"), axis("z")], dimsBroken: true }] }],
  ],
  ["y = (1 z = 1", [{ kind: "define", name: named("y"), value: gap }]],
  [
    "y = (1\nz = 1",
    [
      { kind: "define", name: named("y"), value: gap },
      { kind: "define", name: named("z"), value: one },
    ],
  ],
  [
    "y = f(1,\nz = 1",
    [
      { kind: "define", name: named("y"), value: gap },
      { kind: "define", name: named("z"), value: one },
    ],
  ],
  [
    "on train { y = 1 s <- } z = 1",
    [
      {
        kind: "mode",
        mode: named("train"),
        statements: [
          { kind: "define", name: named("y"), value: one },
          { kind: "update", state: named("s"), value: gap },
        ],
      },
      { kind: "define", name: named("z"), value: one },
    ],
  ],
])("a mistake costs what it stands in: %s", (body, expected) => {
  expect(leftOf(body)).toEqual(expected);
});

test("what is named in skipped text is known, and that a name was lost", () => {
  const gapsOf = (text: string): unknown => {
    const { names, anyName } = parseText(text).file.gaps;
    return [[...names].sort(), anyName];
  };
  expect(gapsOf("fn f(v) = v")).toEqual([[], false]);
  expect(gapsOf("fn f(v) = v g(w) = 1")).toEqual([["g", "w"], false]);
  expect(gapsOf("norm { input x }")).toEqual([["input", "x"], true]);
  expect(gapsOf("import { A, } from fn f(v) = v")).toEqual([["fn"], true]);
});

describe("the examples of the language", () => {
  const folder = new URL("./cases/", import.meta.url);
  test.each(readdirSync(folder))("%s", (name) => {
    const file = parseValid(readFileSync(new URL(name, folder), "utf8"));
    expect(file.items.some((one) => one.kind === "norm" && one.doc !== undefined)).toBe(true);
  });
});
