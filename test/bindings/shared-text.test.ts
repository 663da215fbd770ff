/** What modules write once: the texts and values that come out are those that went in, whatever they share. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { code, printLiteral } from "../../src/targets/modules/literal.ts";
import { printShared } from "../../src/targets/modules/shared-literals.ts";
import { type Piece, shareText } from "../../src/targets/modules/shared-text.ts";

function joined(texts: readonly string[]): { texts: string[]; pieces: string[] } {
  const shared = shareText(texts, 60);
  const pieces: string[] = [];
  const join = (some: readonly Piece[]): string =>
    some.map((one) => (typeof one === "string" ? one : pieces[one]!)).join("");
  for (const one of shared.pieces) pieces.push(join(one));
  return { texts: shared.texts.map(join), pieces };
}

/** Few lines, some of them long, so that much is shared; the last may have no end. */
const lines = ["a\n", "}\n", "\n", `${"x".repeat(70)}\n`, `${"y".repeat(200)}\n`, "$" + "{`\\`}\n", "last"];
const text = fc.array(fc.constantFrom(...lines), { maxLength: 40 }).map((some) => some.join(""));

test("texts are put together again as they were", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
      expect(joined(texts).texts).toEqual(texts);
    }),
  );
});

test("a stretch of lines that two texts share is written once, and a short one where it stands", () => {
  const stretch = Array.from({ length: 20 }, (_, i) => `let v${i}=${i};\n`).join("");
  const { pieces } = joined([`first\n${stretch}one\n`, `second\n${stretch}two\n`, "first\n", "second\n"]);
  expect(pieces).toEqual([stretch]);
});

interface Read {
  readonly literals: readonly unknown[];
  readonly source: string;
}

function read(values: readonly unknown[]): Read {
  const { constants, literals } = printShared(values, 60);
  const declared = constants.map(({ name, literal }) => `const ${name} = ${literal};\n`).join("");
  const source = `${declared}return [${literals.join(", ")}];`;
  return { literals: new Function(source.replaceAll(" as const;", ";"))() as unknown[], source };
}

test("values are read back as they were", () => {
  const leaf = fc.oneof(text, fc.double({ noNaN: true }), fc.constant(null), fc.boolean());
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("a", "b", "long name"), tie("tree"), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 4 }), (values) => {
      // Twice, so that everything is shared.
      expect(read([...values, ...values]).literals).toEqual([...values, ...values]);
    }),
  );
});

test("equal values of some length are one constant, code stays code", () => {
  const axes = { axes: ["a".repeat(30), "b".repeat(30)], short: [1] };
  const { source, literals } = read([
    { axes, n: 1 },
    { axes: { ...axes }, n: 2 },
    { n: code("1 + 1"), short: [1] },
  ]);
  expect(source.split("a".repeat(30))).toHaveLength(2);
  expect(source).toContain("short: [1] }");
  expect(literals[2]).toEqual({ n: 2, short: [1] });
  expect(printLiteral({ n: code("f()") })).toBe("{ n: f() }");
});
