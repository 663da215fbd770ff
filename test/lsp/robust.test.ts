/** Every answer about texts that are broken, and while somebody types: nothing throws, and every place is in the text. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ResponseError } from "vscode-languageserver";
import { sampleCaseAt } from "../../src/tools/lsp/answers/commands.ts";
import { shownDiagnostics } from "../../src/tools/lsp/answers/diagnostics.ts";
import { codeActions, fixAllKind } from "../../src/tools/lsp/answers/fixes.ts";
import { formatted } from "../../src/tools/lsp/answers/format.ts";
import { inlayHints } from "../../src/tools/lsp/answers/hints.ts";
import { hover } from "../../src/tools/lsp/answers/hover.ts";
import { documentSymbols, foldingRanges } from "../../src/tools/lsp/answers/outline.ts";
import { definition, highlights, references } from "../../src/tools/lsp/answers/references.ts";
import { rename } from "../../src/tools/lsp/answers/rename.ts";
import { semanticTokens } from "../../src/tools/lsp/answers/tokens.ts";
import { complete } from "../../src/tools/lsp/completion/complete.ts";
import { signatureHelp } from "../../src/tools/lsp/completion/signature.ts";
import { createProject, type KnownFile, type Project } from "../../src/tools/lsp/project/project.ts";
import { offsetAt, placeAt } from "../../src/tools/lsp/text/ranges.ts";
import { libraryFiles, librarySource } from "../support/library.ts";
import { memoryHost } from "./project.ts";

const whole = { start: { line: 0, character: 0 }, end: { line: 100_000, character: 0 } };

function askAt(project: Project, file: KnownFile, offset: number): unknown[] {
  const answers: unknown[] = [
    hover(file, offset),
    complete(project, file, offset, { snippets: true }),
    signatureHelp(file, offset),
    definition(project, file, offset),
    references(project, file, offset, true),
    highlights(file, offset),
    sampleCaseAt(file, offset)?.norm,
  ];
  try {
    answers.push(rename(project, file, offset, "another_name"));
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
  }
  return answers;
}

function askAll(project: Project, file: KnownFile): unknown[] {
  return [
    shownDiagnostics(project.host, file, []),
    codeActions(project, file, whole, undefined),
    codeActions(project, file, whole, [fixAllKind]),
    formatted(file),
    documentSymbols(file),
    foldingRanges(file),
    inlayHints(file, whole),
    semanticTokens(file),
  ];
}

interface AnyRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

function rangesIn(value: unknown): AnyRange[] {
  if (typeof value !== "object" || value === null) return [];
  if ("start" in value && "end" in value && typeof value.start === "object") return [value as AnyRange];
  return Object.values(value).flatMap(rangesIn);
}

/** Ranges of the file itself: others are in answers that name other files. */
function expectInside(file: KnownFile, answers: readonly unknown[]): void {
  for (const { start, end } of rangesIn(answers)) {
    const [from, to] = [offsetAt(file.source, start), offsetAt(file.source, end)];
    expect(from).toBeLessThanOrEqual(to);
    expect(placeAt(file.source, from)).toEqual(start);
    expect(placeAt(file.source, to)).toEqual(end);
  }
  expect(JSON.stringify(answers)).not.toMatch(/\bundefined\b|\[object /);
}

const folders = [new URL("../check/broken/", import.meta.url), new URL("../syntax/broken/", import.meta.url)];
const broken = folders.map((folder) => ({
  folder: fileURLToPath(folder),
  files: readdirSync(folder).filter((name) => name.endsWith(".norm")),
}));

describe("broken files", () => {
  test.each(broken)("of $folder", ({ folder, files }) => {
    const texts = Object.fromEntries(files.map((name) => [name, readFileSync(`${folder}${name}`, "utf8")]));
    const project = createProject(memoryHost(texts));
    for (const name of files) {
      project.open(name, texts[name]!);
      const file = project.file(name)!;
      const { length } = file.source.text;
      expectInside(file, askAll(project, file));
      // The places of mistakes, and others.
      const mistakes = file.found.filter((one) => one.span.source === file.source).slice(0, 2);
      const places = [0, length >> 1, length, ...mistakes.flatMap(({ span }) => [span.start, span.end])];
      for (const offset of places) askAt(project, file, offset);
      project.close(name);
    }
  });
});

const texts = libraryFiles().map((name) => librarySource(name).text);
const keys = [
  ...'abxNCS01 =+*()[]{};,.:"/-<\n',
  "...",
  " over ",
  "mean(",
  "norm A {",
  "on train {",
  "import { ",
  "// ",
];

/** Somebody types somewhere, deletes, and types again. */
const typing = fc.record({
  text: fc.constantFrom(...texts),
  strokes: fc.array(
    fc.record({
      at: fc.nat(100_000),
      key: fc.constantFrom(...keys),
      deletes: fc.constantFrom(0, 0, 0, 1, 5, 40),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

test("whatever somebody types", () => {
  const project = createProject(memoryHost());
  fc.assert(
    fc.property(typing, ({ text, strokes }) => {
      let now = text;
      let cursor = 0;
      for (const { at, key, deletes } of strokes) {
        // Every second stroke goes on where the one before ended.
        cursor = at % 2 === 0 ? Math.min(cursor, now.length) : at % (now.length + 1);
        now = now.slice(0, cursor) + key + now.slice(cursor + deletes);
        cursor += key.length;
      }
      project.open("typed.norm", now);
      const file = project.file("typed.norm")!;
      expectInside(file, askAll(project, file));
      const here = askAt(project, file, cursor);
      expectInside(file, here.slice(0, 2));
    }),
    { numRuns: 80 },
  );
});
