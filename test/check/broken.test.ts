import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { checkSource } from "../../src/compile/precision/check-source.ts";
import type { ReadImport } from "../../src/language/check/modules/modules.ts";
import { codes } from "../../src/language/diagnostics/codes.ts";
import type { Diagnostic, Source } from "../../src/language/diagnostics/diagnostic.ts";
import { testBroken } from "../support/broken.ts";

const folder = new URL("./broken", import.meta.url).pathname;

/** The files of the folder; one further out is outside the project, as `normc check` would find. */
function readSibling(path: string, from: Source): ReturnType<ReadImport> {
  const full = join(dirname(from.path), path);
  if (relative(folder, full).startsWith("..")) return { project: folder };
  return existsSync(full) ? { path: full, text: readFileSync(full, "utf8") } : undefined;
}

testBroken("broken specs", folder, (source: Source) => {
  const found: Diagnostic[] = [];
  checkSource(source, readSibling, (one) => found.push(one));
  return found;
});

test("every code of names, axes and meaning has a case", () => {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith(".norm"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const expected = new Set(
    texts.flatMap((text) => [...text.matchAll(/^\/\/ expect (N\d+)/gm)].map(([, code]) => code)),
  );
  const all = Object.keys(codes).filter((code) => /^N[234]/.test(code));
  expect(all.filter((code) => !expected.has(code))).toEqual([]);
});
