/** What an editor learns of a text: symbols, what names mean, axes of expressions. */
import { describe, expect, test } from "vitest";
import { factsAt, nameAt, namesInScope, placesOf } from "../../src/language/check/symbols/queries.ts";
import type { NormSymbol, SpecSymbol } from "../../src/language/check/symbols/symbol.ts";
import { librarySource } from "../support/library.ts";
import { type Inspected, inspect } from "./files.ts";

const groups = `fn twice(v) = 2 * v
/// Groups of channels.
norm Groups {
  axes   N, C = G * K, ...S
  /// How many.
  param  G = 32, eps = 1e-5
  input  x[N, C, ...S]
  affine gamma[C] = 1
  mu = mean(x over K, ...S)
  y = (x - mu) * rsqrt(var(x over K, ...S) + eps) * twice(gamma) / size(K)
  /// The result.
  output y
}
`;

const batch = `norm Batch {
  axes   N, C
  input  x[N, C]
  state  s[C] = 0
  on train { mu = mean(x over N); s <- mu }
  on infer { mu = s + x }
  y = x - mu
  output y[N, C]
}
`;

/** The text of `text` with the cursor at `|`, and where that is. */
function cursor(text: string): { text: string; offset: number } {
  const offset = text.indexOf("|");
  return { text: text.replace("|", ""), offset };
}

function normIn(file: Inspected, name: string): NormSymbol {
  const found = file.symbols.find((one) => one.name === name);
  if (found?.kind !== "norm") throw new Error(`no norm ${name}`);
  return found;
}

/** `path:line` of each meaning of the name at the cursor. */
function meanings(marked: string, others: Readonly<Record<string, string>> = {}): string[] {
  const { text, offset } = cursor(marked);
  const found = nameAt(inspect(text, others), offset);
  return (found?.definitions ?? []).map(({ kind, name, nameSpan: { source, start } }) => {
    const line = source.text.slice(0, start).split("\n").length;
    return `${kind} ${name} ${source.path}:${line}`;
  });
}

function axesAt(marked: string): string[] {
  const { text, offset } = cursor(marked);
  return factsAt(inspect(text), offset).map(
    ({ axes, sizeOf, mode }) =>
      `${mode === null ? "" : `${mode} `}[${axes.join(", ")}]${sizeOf ? ` size of ${sizeOf.join(", ")}` : ""}`,
  );
}

describe("symbols", () => {
  test("a norm has its signature, and each declaration what is known of it", () => {
    const file = inspect(groups);
    expect(file.found).toEqual([]);
    const norm = normIn(file, "Groups");
    expect(norm.signature).toBe("Groups(x[N, C, ...S]; gamma[C], G = 32, eps = 1e-5) -> y");
    expect(norm.doc).toBe("Groups of channels.");
    expect(norm.axes.map((one) => [one.name, one.variadic, one.factors.map((part) => part.name)])).toEqual([
      ["N", false, []],
      ["C", false, ["G", "K"]],
      ["S", true, []],
    ]);
    expect(norm.params).toMatchObject([
      { name: "G", default: 32, defaultText: "32", doc: "How many.", extentOf: "G" },
      { name: "eps", default: 1e-5, defaultText: "1e-5" },
    ]);
    expect(norm.params[1]).not.toHaveProperty("extentOf");
    expect(norm.tensors).toMatchObject([
      { name: "x", role: "input", dims: ["N", "C", "...S"] },
      { name: "gamma", role: "affine", dims: ["C"], initial: 1 },
    ]);
    expect(norm.equations).toMatchObject([
      { name: "mu", mode: null, isOutput: false, axes: ["N", "G"] },
      { name: "y", mode: null, isOutput: true, axes: ["N", "C", "...S"], doc: "The result." },
    ]);
  });

  test("spans are those of the name and of the whole", () => {
    const text = ({ source, start, end }: { source: { text: string }; start: number; end: number }): string =>
      source.text.slice(start, end);
    const [fn, norm] = inspect(groups).symbols;
    expect([text(fn.nameSpan), text(fn.span)]).toEqual(["twice", "fn twice(v) = 2 * v"]);
    if (norm.kind !== "norm") throw new Error("another order");
    expect(norm.axes.map((one) => text(one.span))).toEqual(["N", "C = G * K", "...S"]);
    expect(norm.tensors.map((one) => text(one.span))).toEqual(["x[N, C, ...S]", "gamma[C] = 1"]);
    expect(text(norm.equations[0].span)).toBe("mu = mean(x over K, ...S)");
    expect(text(norm.span)).toMatch(/^norm Groups \{[\s\S]*\}$/);
  });

  test("equations of modes", () => {
    const norm = normIn(inspect(batch), "Batch");
    expect(norm.equations.map((one) => [one.name, one.mode, one.axes])).toEqual([
      ["mu", "train", ["C"]],
      ["mu", "infer", ["N", "C"]],
      ["y", null, ["N", "C"]],
    ]);
  });

  test.each(["group_norm.norm", "batch_channel_norm.norm"])("no diagnostic of %s is lost or made", (name) => {
    expect(inspect(librarySource(name).text).found).toEqual([]);
  });
});

describe("names", () => {
  test.each<[string, readonly string[]]>([
    ["input  |x[N, C, ...S]", ["tensor x test.norm:7"]],
    ["x[N, |C, ...S]", ["axis C test.norm:4"]],
    ["mean(|x over", ["tensor x test.norm:7"]],
    ["mean(x over |K", ["factor K test.norm:4"]],
    ["mean(x over K, ...|S", ["axis S test.norm:4"]],
    ["(x - mu|) *", ["equation mu test.norm:9"]],
    ["+ |eps)", ["param eps test.norm:6"]],
    ["* tw|ice(gamma)", ["function twice test.norm:1"]],
    ["size(|K)", ["factor K test.norm:4"]],
    ["output |y", ["equation y test.norm:10"]],
    ["= 2 * |v", ["parameter v test.norm:1"]],
    ["|mean(x over", []],
  ])("%s", (place, expected) => {
    const plain = place.replace("|", "");
    expect(groups.split(plain).length).toBeGreaterThan(1);
    expect(meanings(groups.replace(plain, place))).toEqual(expected);
  });

  test("a name that each mode defines means both outside of them, and its own inside", () => {
    expect(meanings(batch.replace("x - mu", "x - |mu"))).toEqual([
      "equation mu test.norm:5",
      "equation mu test.norm:6",
    ]);
    expect(meanings(batch.replace("<- mu", "<- |mu"))).toEqual(["equation mu test.norm:5"]);
    expect(meanings(batch.replace("s <-", "|s <-"))).toEqual(["tensor s test.norm:4"]);
  });

  const others = { "./g.norm": groups };
  const caller = `import { Groups as Two, twice } from "./g.norm"
norm A { axes N, C input x[N, C] param h = 1 y = Two(twice(x); gamma = h, eps = 2) output y }`;
  test.each<[string, readonly string[]]>([
    ["{ |Groups as", ["norm Groups ./g.norm:3"]],
    ["as |Two", ["norm Groups ./g.norm:3"]],
    ["y = |Two", ["norm Groups ./g.norm:3"]],
    ["(|twice(x)", ["function twice ./g.norm:1"]],
    ["; |gamma =", ["tensor gamma ./g.norm:8"]],
    [", |eps = 2", ["param eps ./g.norm:6"]],
    ["= |h,", ["param h test.norm:2"]],
  ])("of an imported file: %s", (place, expected) => {
    expect(inspect(caller, others).found).toEqual([]);
    expect(meanings(caller.replace(place.replace("|", ""), place), others)).toEqual(expected);
  });

  test("a state of a norm that the called norm calls is that of its declaration", () => {
    const inner = `import { Batch as Inner } from "./b.norm"
norm Mid { axes N, C input x[N, C] y = Inner(x) output y }
norm A { axes N, C input x[N, C] state own[C] = 0 y = Mid(x; |s = own) output y }`;
    expect(meanings(inner, { "./b.norm": batch })).toEqual(["tensor s ./b.norm:4"]);
  });

  test("a function of the language is known as such", () => {
    const { text, offset } = cursor("fn f(v) = |relu(v)");
    expect(nameAt(inspect(text), offset)?.definitions).toMatchObject([{ name: "relu", builtIn: true }]);
  });

  test("an import that brings nothing means nothing, whatever the language has under that name", () => {
    expect(meanings('import { |relu } from "./g.norm" fn f(v) = v', others)).toEqual([]);
  });

  const linesOf = (marked: string): number[] => {
    const { text, offset } = cursor(marked);
    const file = inspect(text);
    const [symbol] = nameAt(file, offset)?.definitions ?? [];
    return placesOf(file, symbol).map((one) => text.slice(0, one.start).split("\n").length);
  };
  test("the cotangent of an output means the output, in the block alone", () => {
    const text = "norm A { axes N input x[N] y = x * 2 on backward { d_x = |d_y * 2 } output y }";
    expect(meanings(text)).toEqual(["equation y test.norm:1"]);
    expect(meanings(text.replace("|d_y", "d_y").replace("y = x * 2", "y = x * |d_y"))).toEqual([]);
  });
  test("a name in parentheses stands between them", () => {
    const { references } = inspect("norm A { axes N input x[N] y = (x) * 2 output y }");
    const texts = references.map(({ span }) => span.source.text.slice(span.start, span.end));
    expect(texts).toEqual(["N", "x", "y"]);
  });
  test("words of the language", () => {
    const text = `fn f(v) = max(exp(v), pi)
norm A { axes N, M input x[N, M], i[N]: i8 y = mean(x over N; before = inf) + max(x over M) + size(N) + f(i)
on train { z = standardize(x over N; eps = 1) } on infer { z = x } output y, z }`;
    const { words } = inspect(text);
    expect(words.map(({ span, kind }) => `${kind} ${text.slice(span.start, span.end)}`)).toEqual([
      "function max",
      "function exp",
      "constant pi",
      "elementType i8",
      "function mean",
      "setting before",
      "constant inf",
      "function max",
      "function size",
      "mode train",
      "function standardize",
      "setting eps",
      "mode infer",
    ]);
  });

  test("all places of a symbol, its declaration first", () => {
    expect(linesOf(groups.replace("mu = mean", "|mu = mean"))).toEqual([9, 10]);
    expect(linesOf(groups.replace("size(K)", "size(|K)"))).toEqual([4, 9, 10, 10]);
  });
  test("an extent and its param are one name, and so are the equations of both modes", () => {
    expect(linesOf(groups.replace("param  G", "param  |G"))).toEqual([4, 6]);
    expect(linesOf(batch.replace("x - mu", "x - |mu"))).toEqual([5, 5, 6, 7]);
  });
  test("an axis and an equation of one name are two", () => {
    const text = "norm A {\naxes N, M\ninput x[N, M]\nM = mean(x over |M)\ny = x - M\noutput y }";
    expect(linesOf(text)).toEqual([2, 3, 4]);
    expect(linesOf(text.replace("|M", "M").replace("x - M", "x - |M"))).toEqual([4, 5]);
  });

  test("names in scope are those of the norm around, and what can be called", () => {
    const { text, offset } = cursor(`${groups}${caller.replaceAll("Two", "Three").replace("y = ", "y = |")}`);
    const names = namesInScope(inspect(text, others), offset).map((one) => one.name);
    expect(names).toEqual(expect.arrayContaining(["x", "h", "y", "N", "C", "Three", "Groups", "A", "relu"]));
    expect(names).not.toContain("gamma");
    expect(names).not.toContain("K");
    const behind = namesInScope(inspect(text, others), text.length).map((one) => one.name);
    expect(behind).toContain("Three");
    expect(behind).not.toContain("x");
    const open = namesInScope(inspect(text.slice(0, -3), others), text.length).map((one) => one.name);
    expect(open).toContain("x");
  });

  // Milliseconds. Looking names up one by one takes minutes.
  test("of 20,000 equations", { timeout: 20_000 }, () => {
    const equations = Array.from({ length: 20_000 }, (_, i) => `e${i} = e${i + 1} + x`).join("\n");
    const { references } = inspect(`norm A { axes N input x[N] y = e0 ${equations} e20000 = x output y }`);
    expect(references.length).toBe(40_004);
  });
});

describe("axes of expressions", () => {
  test.each<[string, readonly string[]]>([
    ["(x |- mu)", ["[N, C, ...S]"]],
    ["|var(x over", ["[N, G]"]],
    ["+ |eps)", ["[]"]],
    ["twice(|gamma)", ["[C]"]],
    ["|size(K)", ["[] size of K"]],
  ])("%s", (place, expected) => {
    expect(axesAt(groups.replace(place.replace("|", ""), place))).toEqual(expected);
  });

  test("a param that is an extent is the size of its factor", () => {
    expect(axesAt(groups.replace("gamma) /", "gamma) + |G /"))).toEqual(["[] size of G"]);
  });
  test("where the modes differ, those of each", () => {
    expect(axesAt(batch.replace("x - mu", "x - |mu"))).toEqual(["train [C]", "infer [N, C]"]);
    expect(axesAt(batch.replace("x - mu", "|x - mu"))).toEqual(["[N, C]"]);
  });
  test("an axis that a called norm splits is still called by its name", () => {
    const text = `${groups}norm A { axes N, C input x[N, C] y = |Groups(x; G = 2) output y }`;
    expect(axesAt(text)).toEqual(["[N, C]"]);
  });
  test("each link of a chain has its own, and facts are those of the file alone", () => {
    const text = `import { Groups } from "./g.norm"
norm A { axes N, C input x[N, C], v[N] y = Groups(x) + v * 1 - v + x output y }`;
    const { facts, found } = inspect(text.replace("Groups(x)", "v"), { "./g.norm": groups });
    expect(found).toEqual([]);
    const chains = facts.map(
      ({ span, axes }) => `${text.replace("Groups(x)", "v").slice(span.start, span.end)} [${axes}]`,
    );
    expect(chains.filter((one) => one.includes("+"))).toEqual([
      "v + v * 1 - v + x [N,C]",
      "v + v * 1 - v [N]",
      "v + v * 1 [N]",
    ]);
    const { source } = facts[0].span;
    const called = inspect(text, { "./g.norm": groups }).facts;
    expect(called.filter((one) => one.span.source.path !== source.path)).toEqual([]);
  });
  test("the texts of called norms are not read as those of the caller", () => {
    const text = `norm A { axes P, Q input x[P, Q] y = Groups(x) output y } ${groups.replace("(x - mu", "(x - |mu")}`;
    expect(axesAt(text)).toEqual(["[N, G]"]);
  });
});

describe("beside a mistake", () => {
  const names = (file: Inspected, name: string): string[] => {
    const norm = normIn(file, name);
    const all: readonly SpecSymbol[] = [
      ...norm.axes.flatMap((one) => [one, ...one.factors]),
      ...norm.params,
      ...norm.tensors,
      ...norm.equations,
    ];
    return all.map((one) => one.name);
  };
  const whole = ["N", "C", "G", "K", "S", "G", "eps", "x", "gamma", "mu", "y"];
  test.each<[string, string, string, readonly string[]]>([
    ["an axis without its factors", "C = G * K, ...S", "C = , ...S", ["G", "K"]],
    ["a factor", "G * K,", "G * ,", ["K"]],
    ["a param without a default", "G = 32,", "G = ,", []],
    ["a param that is no name", "G = 32,", "32,", ["G"]],
    ["a call in a param", "G = 32,", "G = max(1, 2 3),", []],
    ["brackets of an input", "x[N, C, ...S]", "x[N, C, ...", []],
    ["an affine without its value", "gamma[C] = 1", "gamma[C] =", []],
    ["an affine with an unknown axis", "gamma[C] = 1", "gamma[Z] = 1", []],
    ["an equation without an end", "mu = mean(x over K, ...S)", "mu = mean(x over K, ...", []],
    ["an equation that is none", "mu = mean(x over K, ...S)", "mean(x over K, ...S)", ["mu"]],
    ["an unknown name", "(x - mu)", "(x - mo)", []],
    ["the output", "output y", "output", []],
    ["no brace at the end", "output y\n}", "output y\n", []],
    ["no brace at the beginning", "norm Groups {", "norm Groups ", []],
    ["a brace too many", "output y", "} output y", []],
  ])("%s", (_, right, wrong, lost) => {
    expect(groups).toContain(right);
    const file = inspect(`${groups.replace(right, wrong)}\n${batch}`);
    expect(file.found.filter((one) => one.severity === "error")).toHaveLength(1);
    const left = [...whole];
    for (const one of lost) left.splice(left.lastIndexOf(one), 1);
    expect(names(file, "Groups").filter((one) => whole.includes(one))).toEqual(
      expect.arrayContaining([...new Set(left)]),
    );
    expect(names(file, "Batch")).toEqual(["N", "C", "x", "s", "mu", "mu", "y"]);
    expect(normIn(file, "Batch").equations.map((one) => one.axes)).toEqual([["C"], ["N", "C"], ["N", "C"]]);
    expect(file.norms.map((one) => one.name)).not.toContain("Groups");
  });

  test("a mistake in one equation leaves the others their axes", () => {
    expect(axesAt(groups.replace("mean(x over K", "|mean(x over K").replace("- mu)", "- mo) +"))).toEqual([
      "[N, G]",
    ]);
    const file = inspect(groups.replace("- mu)", "- mo)"));
    expect(normIn(file, "Groups").equations.map((one) => one.axes)).toEqual([["N", "G"], undefined]);
  });

  test("a function without a body, an import without a path", () => {
    const text = `import { A, B as C } from
fn f(v, w) =
fn g(v) = f(v) + C(v) + v
norm D { axes N input x[N] y = f(x) + A(x) + g(x) output y }`;
    const { found, symbols } = inspect(text);
    expect(found.map((one) => one.code)).toEqual(["N103", "N103"]);
    expect(symbols.map((one) => one.signature)).toEqual(["f(v, w)", "g(v)", "D(x[N]) -> y"]);
    expect(meanings(text.replace("= f(v)", "= |f(v)"))).toEqual(["function f test.norm:2"]);
  });

  test("names from an imported file with a syntax error elsewhere", () => {
    const others = { "./g.norm": `${groups.replace("mu = mean", "mu = = mean")} fn other(v) = v` };
    const text =
      'import { Groups, Gone, other } from "./g.norm" fn f(v) = other(v)\nnorm A { axes N input x[N] y = Groups(x) + Gone(x) output y }';
    const { found, norms } = inspect(text, others);
    expect(found.map((one) => `${one.span.source.path} ${one.code}`)).toEqual(["./g.norm N103"]);
    expect(norms).toEqual([]);
    expect(meanings(text.replace("= Groups", "= |Groups"), others)).toEqual(["norm Groups ./g.norm:3"]);
  });

  test("a function that is nested too deeply is still the meaning of its name", () => {
    const { found } = inspect(`fn deep(v) = ${"(".repeat(300)}\nfn f(v) = v
fn g(v) = deep(v) norm A { axes N input x[N] y = deep(x) output y }`);
    expect(found.map((one) => one.code)).toEqual(["N104"]);
  });

  test("a file with a syntax error gives no graphs, though it is checked", () => {
    const { norms, found, symbols } = inspect(`${batch} fn f(v) = `);
    expect(found.map((one) => one.code)).toEqual(["N103"]);
    expect(symbols.map((one) => one.name)).toEqual(["Batch", "f"]);
    expect(norms).toEqual([]);
  });

  test("the signature of a norm says what it does not know", () => {
    const text = groups.replace("x[N, C, ...S]", "x[N,").replace("G = 32", "G =");
    expect(normIn(inspect(text), "Groups").signature).toBe("Groups(x[?]; gamma[C], G = ?, eps = 1e-5) -> y");
  });
});
