import { describe, expect, test } from "vitest";
import { keywords } from "../../grammar/tokens.ts";
import { forms, reductionNames } from "../../src/language/check/scope/reduction-names.ts";
import { hover } from "../../src/tools/lsp/answers/hover.ts";
import { signatureHelp } from "../../src/tools/lsp/completion/signature.ts";
import { functionWord, keywordWord } from "../../src/tools/lsp/words/built-in.ts";
import { codeBlocks } from "../docs/blocks.ts";
import { at, batch, caller, groups } from "./project.ts";

/** What is shown, without its fences, and the text that it is about. */
function hovered(marked: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  const { file, offset } = at(marked, others);
  const found = hover(file, offset);
  if (found === undefined) return undefined;
  return (found.contents as { value: string }).value
    .replaceAll(/```(?:norm)?\n?/g, "")
    .replaceAll(/\n+/g, "\n")
    .trim();
}

const put = (place: string, text = groups): string => {
  const plain = place.replace("|", "");
  if (!text.includes(plain)) throw new Error(`there is no ${plain}`);
  return text.replace(plain, place);
};

describe("a name", () => {
  test.each<[string, string]>([
    ["input  |x[N", "input x[N, C, ...S]"],
    ["axes   |N", "axes N\nIts extent comes from `x[N, C, ...S]`."],
    ["C| = G", "axes C = G * K\nIts extent is the product of those of `G` and `K`."],
    ["size(|K)", "factor K of C\nIts extent follows from that of `C` and the other factors."],
    ["param  |G", "param G = 32\nHow many.\nThe extent of the axis `G`."],
    ["+ |eps)", "param eps = 1e-5\nOne number."],
    ["(x - |mu)", "mu[N, G]\nmu = mean(x over K, ...S)"],
    ["output |y", "y[N, C, ...S]\nThe result.\nAn output."],
    ["|twice(gamma)", "fn twice(v) = 2 * v\nAxes `C`."],
    ["= 2 * |v", "v\nA parameter of the function."],
    [
      "norm |Groups",
      "norm Groups(x[N, C, ...S]; gamma[C], G = 32, eps = 1e-5) -> y\nGroups of channels.\nmu = mean(x over K, ...S)\ny  = ",
    ],
  ])("%s", (place, expected) => {
    const found = hovered(put(place));
    if (expected.endsWith("= "))
      expect(found).toMatch(expected.slice(0, -2).replaceAll("  ", " ").slice(0, 60));
    else expect(found?.replace(/\ny {2}= .*$/, "")).toBe(expected);
  });

  test("an imported norm shows its formula, a setting what it sets", () => {
    const others = { "g.norm": groups };
    expect(hovered(put("y = |Two", caller), others)).toContain("mu = mean(x over K, ...S)\ny  = (x - mu)");
    expect(hovered(put("; |gamma = h", caller), others)).toBe("affine gamma[C] = 1");
  });

  test("equations of both modes, and a cotangent", () => {
    expect(hovered(put("x - |mu", batch))).toMatch(/An equation \(on train\)[\s\S]*An equation \(on infer\)/);
    const back = "norm P { axes N input x[N] y = x * 2 on backward { d_x = |d_y * 2 } output y }";
    expect(hovered(back)).toMatch(/^y\[N\]\nAn output/);
  });

  test("an axis has the extent of another one, of a number or of an axis that stands for several", () => {
    const text = "norm A { axes N, M = 3, ...S input x[N, ...S], w[M] y = x * sum(w over M) output y }";
    expect(hovered(put("over |M", text))).toContain("Its extent is 3.");
    expect(hovered(put("...|S input", text))).toContain("Any number of axes");
  });
});

describe("an expression", () => {
  test.each<[string, string]>([
    ["(x |- mu)", "(x - mu)\nAxes `N`, `C`, `...S`."],
    ["rsqrt(var(x over K, ...S) |+ eps)", "var(x over K, ...S) + eps\nAxes `N`, `G`."],
    [
      "|var(x over",
      "var(x over A; weight = w)\nThe biased variance: a mean of squares. NaN over no elements.\nAxes `N`, `G`.",
    ],
    [
      "/ |size(K)",
      "size(N, ...S)\nThe number of elements along these axes.\nThe number of elements along `K`.",
    ],
  ])("%s", (place, expected) => expect(hovered(put(place))).toBe(expected));
});

describe("a word of the language", () => {
  test.each<[string, RegExp]>([
    ["|norm Groups", /^norm Name/],
    ["|affine gamma", /learned tensor/],
    ["x |over K", /axes that a reduction runs over/],
  ])("%s", (place, expected) => expect(hovered(put(place))).toMatch(expected));
  test("settings, modes, constants and element types", () => {
    const text =
      "norm A { axes N input x[N], i[N]: i8 y = mean(x over N; before = inf) + max(x, pi) + i output y }";
    expect(hovered(put("|before", text))).toContain("so many coordinates back");
    expect(hovered(put("|inf)", text))).toContain("Infinity");
    expect(hovered(put(": |i8", text))).toContain("from -128 to 127");
    expect(hovered(put("|max(x, pi)", text))).toContain("The larger of two values");
    expect(hovered(put("on |train", batch))).toContain("in training");
  });
  test("blanks and brackets mean nothing", () => {
    expect(hovered(put("\n|\n/// Groups"))).toBeUndefined();
    expect(hovered("|")).toBeUndefined();
  });

  test("every word of the language has a line", () => {
    const words = [...reductionNames, ...forms];
    expect(words.filter((one) => functionWord(one, true) === undefined)).toEqual([]);
    expect(keywords.filter((one) => keywordWord(String(one.PATTERN)) === undefined)).toEqual([]);
  });
  test("its usage is that of the reference of the language", () => {
    const reference = codeBlocks()
      .map((one) => one.text)
      .join("\n");
    expect(reference).toContain("mean(");
    for (const name of reductionNames)
      expect(functionWord(name, true)?.usage).toMatch(new RegExp(`^${name}\\(x over A`));
  });
});

describe("the signature of a call", () => {
  const signature = (marked: string, others = {}): [string, string | undefined] | undefined => {
    const { file, offset } = at(marked, others);
    const help = signatureHelp(file, offset);
    const [one] = help?.signatures ?? [];
    if (one === undefined) return undefined;
    const place = one.parameters?.[help?.activeParameter ?? -1]?.label;
    return [one.label, Array.isArray(place) ? one.label.slice(...place) : place];
  };
  test("of a function, an operator, a reduction", () => {
    expect(signature("fn f(a, b) = a * b\nfn g(v) = f(v, |")).toEqual(["f(a, b)", "b"]);
    expect(signature("fn g(v) = clamp(v, 0, |")).toEqual(["clamp(v, low, high)", "high"]);
    expect(signature("norm A { axes N input x[N] y = mean(|")?.[0]).toBe("mean(x over A; weight = w)");
    expect(signature("fn g(v) = clamp((v), max(|")?.[0]).toBe("max(x over A)");
  });
  test("of a norm, with the setting that is being written", () => {
    const label = "Groups(x[N, C, ...S]; gamma[C], G = 32, eps = 1e-5) -> y";
    const others = { "g.norm": groups };
    expect(signature(put("Two(|twice", caller), others)).toEqual([label, "x[N, C, ...S]"]);
    expect(signature(put("gamma = |h", caller), others)).toEqual([label, "gamma[C]"]);
    expect(signature(put("eps = |2", caller), others)).toEqual([label, "eps = 1e-5"]);
  });
  test("none outside of calls", () => expect(signature(put("y  = |(x"))).toBeUndefined());
});
