import fc from "fast-check";
import { expect, test } from "vitest";
import { libraryFiles, librarySource } from "../support/library.ts";
import { inspect } from "./files.ts";

const texts = libraryFiles().map((file) => librarySource(file).text);
const word = /[A-Za-z_][A-Za-z0-9_]*|[0-9.]+(?:e-?[0-9]+)?|\.\.\.|<-|[<>=!]=|\s+|\/\/[^\n]*|"[^"\n]*"|./g;
const tokensOf = (text: string): string[] => text.match(word) ?? [];

type Edit = {
  readonly kind: "delete" | "repeat" | "swap" | "replace" | "cut";
  readonly at: number;
  readonly with: number;
};

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("delete", "repeat", "swap", "swap", "replace", "replace", "cut"),
  at: fc.nat(100_000),
  with: fc.nat(100_000),
});

function apply(tokens: readonly string[], { kind, at, with: other }: Edit): string[] {
  const made = [...tokens];
  if (made.length === 0) return made;
  const i = at % made.length;
  const j = other % made.length;
  if (kind === "delete") made.splice(i, 1 + (other % 3));
  else if (kind === "repeat") made.splice(i, 0, ...made.slice(i, i + 1 + (other % 8)));
  else if (kind === "swap") [made[i], made[j]] = [made[j], made[i]];
  else if (kind === "replace") made[i] = made[j];
  else if (other % 4 === 0) made.length = i;
  return made;
}

test("whatever becomes of a text of the library, it is checked without throwing, and soon", () => {
  const spoilt = fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([text, edits]) => edits.reduce(apply, tokensOf(text)).join(""));
  fc.assert(
    fc.property(spoilt, (text) => {
      const start = performance.now();
      const { norms, found } = inspect(text);
      expect(performance.now() - start).toBeLessThan(2000);
      for (const { span, message } of found) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(span.source.text.length);
        expect(message).not.toMatch(/undefined|\[object|NaN/);
      }
      for (const graph of norms.flatMap((one) => one.graphs)) expect(graph.results.length).toBeGreaterThan(0);
    }),
    { numRuns: 1500 },
  );
});
