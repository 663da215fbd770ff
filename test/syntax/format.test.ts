import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { format } from "../../src/language/format/format.ts";
import { parseValid } from "../support/syntax.ts";

const formatted = (text: string): string => format(parseValid(text));

test.each([
  ["a+b", "a + b"],
  ["h ^ 2", "h^2"],
  ["(a*b)*c", "a * b * c"],
  ["a*(b*c)", "a * (b * c)"],
  ["a-(b+c)", "a - (b + c)"],
  ["(a+b)-c", "a + b - c"],
  ["((a))", "a"],
  ["(a*b)+(c/d)", "a * b + c / d"],
  ["(a+b)*c", "(a + b) * c"],
  ["-(x^2)", "-x^2"],
  ["(-x)^2", "(-x)^2"],
  ["x^(-2)", "x^-2"],
  ["x^(y^z)", "x^y^z"],
  ["(x^y)^z", "(x^y)^z"],
  ["-(a*b)", "-(a * b)"],
  ["(-a)*b", "-a * b"],
  ["a*(-b)", "a * -b"],
  ["-(-a)", "--a"],
  ["a<(-b)", "a < -b"],
  ["(a<b)<c", "(a < b) < c"],
  ["(a<b)*c", "(a < b) * c"],
  ["(a+b)[M=0]", "(a + b)[M = 0]"],
  ["f(x)[M=0]", "f(x)[M = 0]"],
  ["mean( x over N,...S, )", "mean(x over N, ...S)"],
  ["any(over N)", "any(over N)"],
  ["f(x;)", "f(x)"],
  ["f(;a=1,2)", "f(; a = 1, 2)"],
])("%s", (before, after) =>
  expect(formatted(`norm A { y = ${before} }`)).toBe(`norm A {\n  y = ${after}\n}\n`),
);

test("declarations have their keyword in a column", () => {
  expect(
    formatted(
      "norm A{axes N,C=G*K,M=3,...S param G=32 input x[N,C] affine g=1,b[C]=0 state s=0 output y,h[C,N]}",
    ),
  ).toBe(`norm A {
  axes   N, C = G * K, M = 3, ...S
  param  G = 32
  input  x[N, C]
  affine g = 1, b[C] = 0
  state  s = 0
  output y, h[C, N]
}
`);
});

test("blank lines stay, one at a time", () => {
  expect(formatted("\n\nfn f(v)=v\n\n\n\nnorm A {\n\n\n  y = 1\n  z = 2\n\n\n  w = 3\n\n}\n\n\n")).toBe(
    "fn f(v) = v\n\nnorm A {\n  y = 1\n  z = 2\n\n  w = 3\n}\n",
  );
});

test("signs of neighbours stand in one column, unless their names differ much", () => {
  expect(formatted("norm A { mu = 1\n v=2; n = 3\n a<-1\n bcd<-2\n\n x=1\n yz=2\n // apart\n xyz=3 }")).toBe(
    `norm A {
  mu = 1
  v  = 2
  n  = 3
  a   <- 1
  bcd <- 2

  x  = 1
  yz = 2
  // apart
  xyz = 3
}
`,
  );
  expect(formatted("norm A { y = 1 quite_a_long_name = 2 }")).toBe(
    "norm A {\n  y = 1\n  quite_a_long_name = 2\n}\n",
  );
});

test("a mode on one line stays there while it is short", () => {
  expect(formatted("norm A { on infer{a=b c<-d;} }")).toBe("norm A {\n  on infer { a = b; c <- d }\n}\n");
  expect(formatted("norm A { on infer{a=b\n c<-d} }")).toBe(
    "norm A {\n  on infer {\n    a = b\n    c <- d\n  }\n}\n",
  );
  expect(formatted(`norm A { on infer { a = ${"x + ".repeat(25)}1 } }`)).toContain("on infer {\n    a = x");
  expect(formatted("norm A { on infer {\n} }")).toBe("norm A {\n  on infer {}\n}\n");
});

test("a long declaration goes on under its first element", () => {
  const names = Array.from({ length: 12 }, (_, i) => `parameter_${i}[N, C] = 0`);
  const text = formatted(`norm A { affine ${names.join(", ")} }`);
  const lines = text.split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
  expect(lines[2]).toMatch(/^ {9}parameter_\d/);
});

test("a long equation breaks before its loosest operators", () => {
  const term = "some_name * another_name";
  const text = formatted(`norm A { y = ${Array.from({ length: 6 }, () => term).join(" + ")} }`);
  expect(text).toBe(`norm A {\n  y = ${term}\n${`    + ${term}\n`.repeat(5)}}\n`);
});

test("comments stay with what they are about", () => {
  expect(
    formatted(`// head
/// doc of A
norm A // c1
{ // c2
  axes N, C  = G*K // c3
    , ...S // c4
  /// p
  param // c5
    /// more
    eps=1e-5, // c6


    /// doc mom
    // c7
    momentum = 0.1, /// c8
  affine gamma[C] = // c9
    1,
    /// doc beta
    beta[C]=-(1)
  y = a + // c10
  /// odd
   b // c11
  on infer { // c12
  }
  ; /// c13
  output y
  // c14

} // c15


// end`),
  ).toBe(`// head
// c1
/// doc of A
norm A {  // c2
  axes   N,
         C = G * K,                    // c3
         ...S                          // c4
  // c5
  /// p
  /// more
  param  eps = 1e-5,                   // c6
         // doc mom
         // c7
         momentum = 0.1                /// c8
  // c9
  affine gamma[C] = 1,
         /// doc beta
         beta[C] = -1
  // c10
  // odd
  y = a + b                            // c11
  on infer {  // c12
  }
  // c13
  output y
  // c14
}  // c15

// end
`);
});

test("remarks stand in one column, behind longer lines two blanks away", () => {
  const sum = "x + ".repeat(10);
  expect(formatted(`norm A {\ny = 1 // a\nz = ${sum}1 // b\n}`)).toBe(
    `norm A {\n  y = 1                                // a\n  z = ${sum}1  // b\n}\n`,
  );
});

test("nothing gives nothing, a comment alone stays", () => {
  expect(formatted(" \r\n ")).toBe("");
  expect(formatted("\uFEFF// alone\r\n")).toBe("// alone\n");
});

describe("the examples of the language", () => {
  const folder = new URL("./cases/", import.meta.url);
  test.each(readdirSync(folder))("%s is in canonical form", (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    expect(formatted(text)).toBe(text);
  });
});
