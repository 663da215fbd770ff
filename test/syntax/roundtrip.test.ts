import fc from "fast-check";
import { expect, test } from "vitest";
import { format } from "../../src/language/format/format.ts";
import type { File } from "../../src/language/syntax/ast.ts";
import { file, gaps, spell } from "../support/random-syntax.ts";
import { parseText, parseValid, withoutSpans } from "../support/syntax.ts";

const runs = { numRuns: 300 };

/** Formatting may make a `///` that documents nothing a `//`. */
function remarks(one: File): string[] {
  return one.comments.map((comment) => comment.text.replace(/^\/\/\/(?!\/)/, "//")).sort();
}

test("a text says its tree, however it is spaced", () => {
  fc.assert(
    fc.property(file, gaps(false), ({ tree, words }, between) => {
      expect(withoutSpans(parseValid(spell(words, between)))).toEqual(tree);
    }),
    runs,
  );
});

test("formatting keeps the tree, the documentation and every comment, and is its own fixed point", () => {
  fc.assert(
    fc.property(file, gaps(true), ({ words }, between) => {
      const before = parseValid(spell(words, between));
      const once = format(before);
      const after = parseValid(once);
      expect(withoutSpans(after)).toEqual(withoutSpans(before));
      expect(remarks(after)).toEqual(remarks(before));
      expect(format(after)).toBe(once);
    }),
    runs,
  );
});

test("any jumble of tokens gives a tree or a diagnostic, never an exception", () => {
  const jumble = fc.array(
    fc.constantFrom(
      ..."norm axes param input affine state on output import from fn over as x y z 1 2.5 0x".split(" "),
      ...'"a" ... , : ; { } ( ) [ ] = <- < <= == + - * / ^ % " // /* */ # . \n'.split(" "),
      "norm A {",
      "y =",
      "mean(x over",
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(jumble, fc.constantFrom(" ", "\n", ""), (pieces, between) => {
      const { file: tree, found } = parseText(pieces.join(between));
      if (found.length > 0) return;
      const once = format(tree);
      expect(withoutSpans(parseValid(once))).toEqual(withoutSpans(tree));
    }),
    { numRuns: 3000 },
  );
});

test("a valid text with one slip gives at most two diagnostics an item", () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.constantFrom("drop", "double", "foreign"), ({ words }, where, slip) => {
      if (words.length === 0) return;
      const at = where % words.length;
      const changed = [...words];
      if (slip === "drop") changed.splice(at, 1);
      else changed.splice(at, 0, slip === "double" ? words[at]! : "@");
      expect(parseText(changed.join(" ")).found.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 1000 },
  );
});
