/** Examples in the documentation: fenced blocks marked `norm`, or `norm N301` where one shows a mistake. */
import { readFileSync } from "node:fs";
import { checkFile } from "../../src/language/check/check.ts";
import type { Diagnostic, Source } from "../../src/language/diagnostics/diagnostic.ts";
import { positionAt } from "../../src/language/diagnostics/lines.ts";
import { libraryFiles, librarySource } from "../support/library.ts";

export interface Block {
  /** Where it begins: for the title of a test. */
  readonly line: number;
  /** What it is marked with behind `norm`. */
  readonly marks: string;
  readonly text: string;
}

const docs = new URL("../../docs/", import.meta.url);

export function readDoc(path: string): string {
  return readFileSync(new URL(path, docs), "utf8");
}

export function normBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```norm(.*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: marks, 2: text }) => ({
    line: markdown.slice(0, index).split("\n").length,
    marks: marks.trim(),
    text,
  }));
}

/** Imports find the shipped library, and `./this_file.norm` the example itself. */
export function diagnose(text: string): Diagnostic[] {
  const source: Source = { path: "this_file.norm", text };
  const found: Diagnostic[] = [];
  checkFile(
    source,
    (path) => {
      const file = path.replace(/^\.\//, "");
      if (file === source.path) return source;
      return libraryFiles().includes(file) ? librarySource(file) : undefined;
    },
    (one) => found.push(one),
  );
  return found;
}

export function told(found: readonly Diagnostic[]): string[] {
  return found.map(({ code, message, span }) => {
    const { line, column } = positionAt(span.source, span.start);
    return `${code} ${line}:${column} ${message}`;
  });
}
