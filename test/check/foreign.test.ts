/** What people of NumPy and PyTorch type: each mistake is reported with its right spelling, and that is right. */
import { describe, expect, test } from "vitest";
import { checkFile } from "../../src/language/check/check.ts";
import type { Diagnostic, Fix } from "../../src/language/diagnostics/diagnostic.ts";

function check(text: string): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  checkFile(
    { path: "test.norm", text },
    () => undefined,
    (one) => found.push(one),
  );
  // The specs declare more than each uses.
  return found.filter(({ code }) => code !== "N209");
}

function spec(lines: string, before = ""): string {
  return `${before}norm A {
  axes   N, C, ...S
  param  eps = 1e-5
  input  x[N, C, ...S], z[N, C]
  affine w[C] = 1
  state  total[N] = 0
  ${lines}
  output y
}
`;
}

function apply(text: string, fixes: readonly Fix[]): string {
  let made = text;
  for (const { span, replacement } of fixes.toSorted((a, b) => b.span.start - a.span.start)) {
    made = made.slice(0, span.start) + replacement + made.slice(span.end);
  }
  return made;
}

/** The fixes that do not lie inside another one, which is written with them. */
function outermost(found: readonly Diagnostic[]): readonly Fix[] {
  const fixes = found.flatMap(({ fix }) => fix ?? []);
  const isInside = ({ span: a }: Fix, { span: b }: Fix): boolean =>
    b.start <= a.start && a.end <= b.end && b.end - b.start > a.end - a.start;
  return fixes.filter((one) => !fixes.some((other) => isInside(one, other)));
}

describe("the fix is what was meant, and is right", () => {
  test.each([
    ["y = mean(z, C) + x", "y = mean(z over C) + x"],
    ["y = x - mean(x, N, ...S)", "y = x - mean(x over N, ...S)"],
    ["y = x - mean(x, S)", "y = x - mean(x over ...S)"],
    ["y = x - sum(z, 1)", "y = x - sum(z over C)"],
    ["y = x - mean(z, (0, 1))", "y = x - mean(z over N, C)"],
    ["y = x - max(z, C)", "y = x - max(z over C)"],
    ["y = x - z.mean(C)", "y = x - mean(z over C)"],
    ["y = x - z.mean(-1)", "y = x - mean(z over C)"],
    ["y = x - z.mean()", "y = x - mean(z over N, C)"],
    ["y = x - x.mean(dim=-1)", "y = x - mean(x over ...S)", "no axis can be told"],
    ["y = x - x.mean(dim=(0, 1), keepdim=True)", "y = x - mean(x over N, C)"],
    ["y = x - mean(x, axis=1, keepdims=True)", "y = x - mean(x over C)"],
    ["y = x - mean(x, axis=C)", "y = x - mean(x over C)"],
    ['y = x - mean(x, axis=["N", "C"])', "y = x - mean(x over N, C)"],
    ["y = x - mean(x over C, keepdim=True)", "y = x - mean(x over C)"],
    ["y = x - mean(x over C; keepdim=True)", "y = x - mean(x over C)"],
    ["y = x / z.std(C, unbiased=False)", "y = x / sqrt(var(z over C))"],
    ["y = x / z.amax(dim=1)", "y = x / max(z over C)"],
    ["y = x - np.mean(z, 1)", "y = x - mean(z over C)"],
    ["y = x - torch.mean(x - z, dim=C)", "y = x - mean(x - z over C)"],
    ["y = (x - z).mean(C) + x", "y = mean(x - z over C) + x"],
    ["y = x.abs().mean(dim=C) + x", "y = mean(abs(x) over C) + x"],
    ["y = np.sqrt(x)", "y = sqrt(x)"],
    ["y = torch.nn.functional.relu(x)", "y = relu(x)"],
    ["y = F.softplus(np.maximum(x, 0))", "y = softplus(max(x, 0))"],
    ["y = x * np.pi", "y = x * 3.141592653589793"],
    ["y = x.sqrt()", "y = sqrt(x)"],
    ["y = x.pow(2)", "y = pow(x, 2)"],
    ["y = x.clamp(0, 1)", "y = clamp(x, 0, 1)"],
    ["y = x * w.unsqueeze(-1)", "y = x * w"],
    ["y = x * w.float().T", "y = x * w"],
    ["y = x * z.shape[1]", "y = x * size(C)"],
    ["y = x * z.size(-1)", "y = x * size(C)"],
    ["y = x ** 2", "y = x ^ 2"],
    ["y = standardize(x over C, eps=1e-5)", "y = standardize(x over C; eps = 1e-5)"],
    ["let y = x", "y = x"],
    ["const y = x", "y = x"],
    ["y[N, C] = x * 2", "y = x * 2"],
    ["y = x\n  return y", "y = x\n  "],
    ["y = x  # twice", "y = x  // twice"],
    ["y = x // 2", "y = floor(x / 2)"],
    ["y = x * z // 2", "y = floor(x * z / 2)"],
    [
      "y = x\n  on train { total += mean(x over C, ...S) }",
      "y = x\n  on train { total <- total + mean(x over C, ...S) }",
    ],
    ["y = x\n  on train { total *= 1 + eps }", "y = x\n  on train { total <- total * (1 + eps) }"],
  ])("%s", (wrong, right, impossible = "") => {
    const text = spec(wrong);
    const found = check(text);
    expect(found.length).toBeGreaterThan(0);
    if (impossible !== "") {
      expect(found.map(({ fix }) => fix)).toEqual([undefined]);
      expect(check(spec(right))).toEqual([]);
      return;
    }
    expect(
      found.filter(({ fix }) => fix === undefined).map(({ message }) => message),
      wrong,
    ).toEqual([]);
    const fixed = apply(text, outermost(found));
    expect(fixed).toBe(spec(right));
    expect(check(fixed).map(({ message }) => message)).toEqual([]);
  });

  test.each([
    ["import torch\n", "\n"],
    ["import numpy as np\nfrom torch import nn\n", "\n\n"],
    ["fn twice(v) = 2 * v;\n", "fn twice(v) = 2 * v\n"],
  ])("%j before a norm", (wrong, right) => {
    const body = wrong.startsWith("fn") ? "y = twice(x)" : "y = x";
    const text = spec(body, wrong);
    expect(apply(text, outermost(check(text)))).toBe(spec(body, right));
    expect(check(spec(body, right))).toEqual([]);
  });
});

test.each([
  ["y = x\n  y += 1", "`+=` changes a value", "`y_2 = y + …`"],
  ["y = sqrt(x).foo", "values have no `.foo`", "`sqrt(x)`"],
  ["y = x - (x * z).mean(1)", "`mean` needs the names of the axes", "`N`, `C`, `...S`"],
  ["y = x - x.mean(2)", "`mean` needs the names of the axes", "`mean(x over N)`"],
  ["y = x / z.var(C, unbiased=True)", "`var` needs", ""],
  ["return x * 2", "a norm does not return", "`output y`"],
  ["y = x @ w", "`@` means nothing here", "`sum(x * w over C)`"],
  ["y = x + torch.float32", "there is no `float32` here", ""],
])("%s: no fix, but a precise message", (wrong, message, note) => {
  const [first] = check(spec(wrong));
  expect(first?.message).toContain(message);
  expect(first?.note ?? "").toContain(note);
  expect(first?.fix).toBeUndefined();
});

test("several mistakes give several diagnostics, and none of them an echo", () => {
  const lines = [
    "a = mean(x, axis=1)",
    "b = x.var(dim=C)",
    "let c = a ** 2",
    "d[N, C] = np.sqrt(z)",
    "e = nothing + 1",
    "y = x + a + b + c + d + e",
    "return y",
  ];
  const found = check(spec(lines.join("\n  ")));
  expect(found.map(({ code, span }) => `${code} ${span.source.text.slice(span.start, span.end)}`)).toEqual([
    "N103 mean(x, axis=1)",
    "N103 x.var(dim=C)",
    "N103 let",
    "N103 **",
    "N103 [N, C]",
    "N103 np.sqrt(z)",
    "N201 nothing",
    "N103 return",
  ]);
});

test("what is right stays right: names of one's own, comments, lists, braces in one line", () => {
  for (const right of [
    "F = x\n  y = F * 2",
    "np = x; y = np",
    "y = max(x, 0) + max(z, w)",
    "y = sqrt((x - z) + max(w, 0))",
    "y = x  // 2 is too much",
    "y = x  /// 2",
    "on train { y = x * 2 } on infer { y = x }",
    "dim = z; y = x + sum(dim over C)",
  ]) {
    expect(
      check(spec(right)).map(({ message }) => message),
      right,
    ).toEqual([]);
  }
});

test("a hostile text takes no long time", () => {
  const start = performance.now();
  for (const piece of [
    ".a()",
    ".mean(C)",
    "**",
    "np.",
    "f(a=",
    "@",
    "#\n",
    "y += 1\n",
    "return (",
    "x[1] = ",
  ]) {
    check(spec(`y = x${piece.repeat(5_000)}`));
    check(piece.repeat(5_000));
  }
  expect(performance.now() - start).toBeLessThan(20_000);
}, 60_000);
