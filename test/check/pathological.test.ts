import { expect, test } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { checkAll, codesOf } from "./files.ts";

const norm = (body: string, name = "A"): string => `norm ${name} { axes N input x[N] ${body} output y }\n`;
const many = (count: number, one: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => one(i)).join("\n");
const functions = (count: number, body: (last: string) => string): string =>
  `fn f0(v) = v + 1\n${many(count, (i) => `fn f${i + 1}(v) = ${body(`f${i}`)}`)}\n`;
const norms = (count: number, body: (last: string) => string): string =>
  norm("y = x + 1", "N0") + many(count, (i) => norm(`y = ${body(`N${i}`)}`, `N${i + 1}`));
const longSum = (first: string): string => `${first}${" + v".repeat(1990)}`;

/** Milliseconds. What goes wrong here takes minutes; each takes well below a second alone, and 2.7 s were seen under load. */
const slow = 20_000;

test.each<[string, string, readonly string[]]>([
  ["functions calling functions twice", functions(40, (f) => `${f}(v) + ${f}(v)`) + norm("y = f40(x)"), []],
  [
    "functions calling functions on different operands",
    functions(40, (f) => `${f}(v) + ${f}(2 * v)`) + norm("y = f40(x)"),
    [],
  ],
  [
    "functions calling functions in turn",
    functions(40, (f) => `${f}(${f}(v))`) + norm("y = f40(x)"),
    ["N104"],
  ],
  ["norms calling norms twice", norms(40, (n) => `${n}(x) + ${n}(x)`), ["N104"]],
  ["norms calling norms in turn", norms(40, (n) => `${n}(${n}(x))`), ["N104"]],
  ["a chain of functions", functions(1000, (f) => `${f}(v)`) + norm("y = f1000(x)"), ["N104"]],
  ["a chain of norms", norms(1000, (n) => `${n}(x)`), ["N104"]],
  ["functions with deep bodies", functions(60, (f) => longSum(`${f}(v)`)) + norm("y = f60(x)"), ["N104"]],
  [
    "functions in a hundred parentheses",
    functions(60, (f) => `${"exp(".repeat(100)}${f}(v)${")".repeat(100)}`) + norm("y = f60(x)"),
    ["N104"],
  ],
  ["3,000 equations", norm(`${many(3000, (i) => `e${i} = x * ${i}`)} y = x + e17`), ["N209"]],
  [
    "a chain of equations in reverse order",
    norm(`y = e0 ${many(950, (i) => `e${i} = e${i + 1} + x`)} e950 = x`),
    [],
  ],
  [
    "too long a chain in reverse order",
    norm(`y = e0 ${many(3000, (i) => `e${i} = e${i + 1} + x`)} e3000 = x`),
    ["N104"],
  ],
  [
    "20,000 in reverse order",
    norm(`y = e0 ${many(20_000, (i) => `e${i} = e${i + 1} + x`)} e20000 = x`),
    ["N104"],
  ],
  [
    "an axis that comes from 15,000 equations away",
    `norm A { axes N, D input x[N], z[D] e0 = z ${many(15_000, (i) => `e${i + 1} = e${i}`)} y = x + e15000 output y }`,
    ["N304"],
  ],
  ["3,000 equations in a mode", norm(`on train { ${many(3000, (i) => `e${i} = ${i}`)} } y = x`), ["N209"]],
  ["a circle of 3,000", norm(`y = e0 ${many(3000, (i) => `e${i} = e${(i + 1) % 3000}`)}`), ["N206"]],
  ["3,000 unknown names", norm(`${many(3000, (i) => `e${i} = u${i}`)} y = x`), ["N201"]],
  ["500 inputs", `norm A { axes N input ${many(500, (i) => `x${i}[N],`)} z[N] y = z output y }`, ["N209"]],
  [
    "200 axes",
    `norm A { axes ${many(200, (i) => `A${i},`)} N input x[${many(200, (i) => `A${i},`)} N] y = x - mean(x over N) output y }`,
    [],
  ],
  [
    "100,000 axes",
    `norm A { axes N, ${many(100_000, (i) => `A${i},`)} Z input x[N] y = x output y }`,
    ["N104", "N308"],
  ],
  [
    "an axis of 2,000 parts",
    `norm A { axes C = ${many(2000, (i) => `P${i} *`)} Q input x[C] y = x output y }`,
    ["N308"],
  ],
  ["places of places", norm(`y = x${"[N = 0]".repeat(150)}`), ["N303"]],
  ["a place far out", norm(`y = x[N = ${"9".repeat(300)}]`), ["N105"]],
  ["a huge extent", "norm A { axes N = 1e30 input x[N] y = x output y }", ["N105"]],
  ["a huge extent of a param", "norm A { axes N param N = 3e9 input x[N] y = x * N output y }", ["N105"]],
  ["a number that no float32 holds", norm("y = x * 1e300 + 1e-300"), []],
  ["a default that no float32 holds", norm("param s = 1e300 y = x * s"), ["N105"]],
  ["a norm calling itself", norm("y = A(A(x))"), ["N206"]],
  ["a function calling itself twice", `fn f(v) = f(v) * f(2 * v)\n${norm("y = f(x)")}`, ["N207"]],
  ["1,000 norms", many(1000, (i) => norm("y = standardize(x over N; 1e-5)", `M${i}`)), []],
  ["300 norms of one name", many(300, () => norm("y = x")), ["N202"]],
])("%s", (_, text, expected) => {
  const start = performance.now();
  const { norms: checked, found } = checkAll(text);
  const ms = performance.now() - start;
  expect(
    codesOf(found),
    found
      .map((one) => `${one.code} ${one.message}`)
      .slice(0, 5)
      .join("\n"),
  ).toEqual(expected);
  expect(ms).toBeLessThan(slow);
  if (checked.length <= 2) for (const graph of checked.flatMap((one) => one.graphs)) compileGraph(graph);
});

test("files that import each other", () => {
  const others = {
    "./a.norm": `import { B } from "./b.norm"\n${norm("y = B(x)")}`,
    "./b.norm": `import { A } from "./a.norm"\n${norm("y = A(x)", "B")}`,
  };
  const { found } = checkAll(`import { A } from "./a.norm"\n${norm("y = A(x)", "C")}`, others);
  expect(codesOf(found)).toEqual(["N204"]);
  expect(found[0].span.source.path).toBe("./b.norm");
});

test("500 files in a chain of imports", () => {
  const others = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [
      `./m${i}.norm`,
      i === 499 ? norm("y = x", "M") : `import { M as L } from "./m${i + 1}.norm"\n${norm("y = L(x)", "M")}`,
    ]),
  );
  const start = performance.now();
  const { found } = checkAll(`import { M } from "./m0.norm"\n${norm("y = M(x)")}`, others);
  expect(codesOf(found)).toEqual(["N104"]);
  expect(performance.now() - start).toBeLessThan(slow);
});
