/** Texts cut off or with a token less: nothing throws, and what the mistake does not touch is known as before. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { factsAt, inside, nameAt, namesInScope } from "../../src/language/check/symbols/queries.ts";
import type { FileSymbols, SpecSymbol } from "../../src/language/check/symbols/symbol.ts";
import { scan } from "../../src/language/syntax/scan.ts";
import { libraryFiles, librarySource } from "../support/library.ts";
import { inspect } from "./files.ts";

interface Named {
  readonly name: string;
  readonly text: string;
}

const library: Named[] = libraryFiles().map((name) => ({ name, text: librarySource(name).text }));

const brokenFolders = [new URL("./broken/", import.meta.url), new URL("../syntax/broken/", import.meta.url)];
const broken: Named[] = brokenFolders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".norm"))
    .map((name) => ({ name, text: readFileSync(join(fileURLToPath(folder), name), "utf8") })),
);

/** Each symbol of a file in a form that can be compared, with the item that it is in. */
function described(file: FileSymbols): { text: string; symbol: SpecSymbol; item: SpecSymbol }[] {
  return file.symbols.flatMap((item) =>
    [item, ...inside(item)].map((symbol) => ({ text: describeSymbol(symbol), symbol, item })),
  );
}

function describeSymbol(symbol: SpecSymbol): string {
  const mode = symbol.kind === "equation" ? ` ${symbol.mode}` : "";
  return `${symbol.kind} ${symbol.name} ${symbol.nameSpan.start}${mode}`;
}

/** An editor asks at the place of the mistake: that too must not throw. */
function ask(file: FileSymbols, offset: number): void {
  nameAt(file, offset);
  factsAt(file, offset);
  namesInScope(file, offset);
}

describe("every prefix", () => {
  test.each([...library, ...broken])(
    "of $name",
    ({ text }) => {
      const all = described(inspect(text));
      // A line of 8,000 characters is the same all along. Elsewhere every second place cuts every word of two letters or more.
      const step = text.length > 2000 ? 97 : 2;
      for (let cut = 0; cut <= text.length; cut += step) {
        const prefix = text.slice(0, cut);
        const file = inspect(prefix);
        ask(file, cut);
        const last = scan({ path: "", text: prefix }).starts.at(-1) ?? 0;
        const expected = all.filter(({ symbol }) => symbol.nameSpan.end < last).map((one) => one.text);
        const known = new Set(described(file).map((one) => one.text));
        const lost = expected.filter((one) => !known.has(one));
        expect(lost, `cut at ${cut}: ${prefix.slice(-40)}`).toEqual([]);
      }
    },
    60_000,
  );
});

/** Without one of these, what else stands in the norm or function can mean another thing. */
const structural = /^(?:[{}]|norm|fn|import|on|train|infer|backward)$/;

describe("without one token", () => {
  test.each(library)(
    "of $name",
    ({ text }) => {
      const all = described(inspect(text));
      const { tokens, starts } = scan({ path: "", text });
      tokens.forEach(({ image, startOffset }, i) => {
        const before = tokens[i - 1]?.image ?? "";
        const end = startOffset + image.length;
        const spoilt = text.slice(0, startOffset) + " ".repeat(image.length) + text.slice(end);
        const file = inspect(spoilt);
        ask(file, startOffset);
        const wholeItem = structural.test(image) || /^(?:norm|fn)$/.test(before);
        const from = Math.min(lineStart(text, startOffset), stretchStart(starts, startOffset));
        const to = Math.max(lineEnd(text, startOffset), stretchEnd(starts, startOffset));
        const isTouched = ({ symbol, item }: (typeof all)[number]): boolean =>
          wholeItem
            ? item.span.start <= startOffset && startOffset < item.span.end
            : symbol.nameSpan.start >= from && symbol.nameSpan.start < to;
        const expected = all.filter((one) => !isTouched(one)).map((one) => one.text);
        const known = new Set(described(file).map((one) => one.text));
        const where = `without \`${image}\` at ${startOffset}`;
        expect(
          expected.filter((one) => !known.has(one)),
          where,
        ).toEqual([]);
        const codes = file.found.map((one) => one.code);
        const isSyntax = (code: string): boolean => code.startsWith("N1");
        // The rest of the library is right: whatever else is said follows from the syntax error.
        if (codes.some(isSyntax))
          expect(
            codes.filter((one) => !isSyntax(one)),
            where,
          ).toEqual([]);
      });
    },
    60_000,
  );
});

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

function stretchStart(starts: readonly number[], offset: number): number {
  return starts.findLast((one) => one <= offset) ?? 0;
}

function stretchEnd(starts: readonly number[], offset: number): number {
  return starts.find((one) => one > offset) ?? Number.POSITIVE_INFINITY;
}
