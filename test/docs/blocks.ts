/** Examples in the documentation: fenced blocks marked `norm`, or `norm N301` where one shows a mistake. */
import { readdirSync, readFileSync } from "node:fs";
import { checkSource } from "../../src/compile/precision/check-source.ts";
import type { Diagnostic, Source } from "../../src/language/diagnostics/diagnostic.ts";
import { positionAt } from "../../src/language/diagnostics/lines.ts";
import { libraryFiles, librarySource } from "../support/library.ts";

/** A fenced block of any language. */
export interface CodeBlock {
  /** Where it begins, from the root of the repository: for the title of a test. */
  readonly at: string;
  /** Empty where the fence names none. */
  readonly language: string;
  readonly text: string;
}

export interface Block {
  /** Where it begins: for the title of a test. */
  readonly line: number;
  /** What it is marked with behind `norm`. */
  readonly marks: string;
  readonly text: string;
}

const docs = new URL("../../docs/", import.meta.url);

const root = new URL("../../", import.meta.url);

/** The README and every page of `docs/`, but for those of the diagnostics, whose examples are mistakes. */
export function codeBlocks(): CodeBlock[] {
  const pages = readdirSync(docs, { recursive: true, encoding: "utf8" })
    .filter((one) => one.endsWith(".md") && !one.startsWith("diagnostics"))
    .map((one) => `docs/${one}`);
  return ["README.md", ...pages.sort()].flatMap((path) => {
    const markdown = readFileSync(new URL(path, root), "utf8");
    return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(
      ({ index, 1: language = "", 2: text = "" }) => ({
        at: `${path}:${markdown.slice(0, index).split("\n").length}`,
        language: language.trim(),
        text,
      }),
    );
  });
}

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
  checkSource(
    source,
    (path) => {
      const file = path.replace(/^(?:\.|normc\/library)\//, "");
      if (file === source.path) return source;
      if (file.startsWith("../")) return { project: "." };
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
