/**
 * Broken files. Comments in each file state the expected diagnostics:
 *
 *     // expect N103 4:18 expected an axis name
 *
 * A code, the line and column where the diagnostic begins, and (optional) a part of its message. A file must
 * provoke exactly the diagnostics that it lists, in any order. `// expect nothing` means none.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Diagnostic, Source } from "../../src/language/diagnostics/diagnostic.ts";
import { positionAt } from "../../src/language/diagnostics/lines.ts";

interface Expected {
  readonly place: string;
  readonly message: string;
}

const expectation = /^[ \t]*\/\/ expect (?:nothing|(N\d{3}) (\d+:\d+)(?: (.*?))?)[ \t]*$/gm;

function expectedOf(text: string): Expected[] | undefined {
  const lines = [...text.matchAll(expectation)];
  if (lines.length === 0) return undefined;
  return lines.flatMap(([, code, place, message]) =>
    code === undefined ? [] : [{ place: `${code} ${place}`, message: message ?? "" }],
  );
}

function placeOf(one: Diagnostic): string {
  const { line, column } = positionAt(one.span.source, one.span.start);
  return `${one.code} ${line}:${column}`;
}

/** Registers one test for each `.norm` file of a folder. */
export function testBroken(
  title: string,
  folder: string,
  find: (source: Source) => readonly Diagnostic[] | Promise<readonly Diagnostic[]>,
): void {
  describe(title, () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".norm"));
    test("there are cases", () => expect(files).not.toEqual([]));
    for (const name of files) {
      test(name, async () => {
        const path = join(folder, name);
        const text = readFileSync(path, "utf8");
        const expected = expectedOf(text);
        if (expected === undefined) throw new Error(`${path} says nothing of what is expected`);
        const found = (await find({ path, text })).map((one) => ({
          place: placeOf(one),
          message: one.message,
        }));
        const listed = found.map(({ place, message }) => `${place} ${message}`).join("\n");
        expect(found.map((one) => one.place).sort(), listed).toEqual(expected.map((one) => one.place).sort());
        for (const { place, message } of expected) {
          const there = found.filter((one) => one.place === place);
          expect(
            there.some((one) => one.message.includes(message)),
            `${place} ${message}\nbut found\n${listed}`,
          ).toBe(true);
        }
      });
    }
  });
}
