/**
 * Excerpts of real output in a page. A marker stands before a code block and says how its text is made:
 *
 *     <!-- shown: explain GroupNorm --after stabilise | from %0 = | to %4 -->
 *
 * The source is a command of normc, `syntax NORM` (its equations), `kernel NORM` (the statements of its first kernel)
 * or `file PATH`. `from` and `to` are parts of the first and the last line to show.
 */
import { readFileSync } from "node:fs";
import { compileGraph } from "../../src/compile/passes.ts";
import type { Kernel } from "../../src/kernels/ir/ir.ts";
import { allKernels } from "../../src/kernels/ir/ir.ts";
import { parse } from "../../src/language/syntax/parse.ts";
import { normc, root } from "../cli/normc.ts";
import { graphOf, libraryFiles, librarySource } from "../support/library.ts";

const shown = /<!-- shown: (.+?) -->\n\n```(\w*)\n([\s\S]*?)```/g;

/** The page with every excerpt made anew. */
export async function withExcerpts(page: string): Promise<string> {
  const outputs = new Map<string, Promise<string>>();
  let made = "";
  let end = 0;
  for (const found of page.matchAll(shown)) {
    const [block, marker, language] = found as unknown as [string, string, string];
    const [command, ...range] = marker.split(" | ") as [string, ...string[]];
    outputs.set(command, outputs.get(command) ?? outputOf(command));
    const text = cut(await outputs.get(command)!, range, marker);
    made += `${page.slice(end, found.index)}<!-- shown: ${marker} -->\n\n\`\`\`${language}\n${text}\n\`\`\``;
    end = found.index + block.length;
  }
  return made + page.slice(end);
}

async function outputOf(command: string): Promise<string> {
  const [source, name] = command.split(" ") as [string, string];
  if (source === "syntax") return equationsOf(name).map(printed).join("\n");
  if (source === "kernel") return firstKernel(name).body.map(printed).join("\n");
  if (source === "file") return readFileSync(`${root}/${name}`, "utf8");
  const { code, out, err } = await normc(command.split(" "));
  if (code !== 0) throw new Error(`normc ${command}: ${err}`);
  return out;
}

function cut(text: string, range: readonly string[], marker: string): string {
  const lines = text.trimEnd().split("\n");
  const place = (word: string, first: number, otherwise: number): number => {
    const wanted = range.find((one) => one.startsWith(word))?.slice(word.length);
    if (wanted === undefined) return otherwise;
    const at = lines.findIndex((line, i) => i >= first && line.includes(wanted));
    if (at < 0) throw new Error(`${marker}: no line has "${wanted}"`);
    return at;
  };
  const from = place("from ", 0, 0);
  const kept = lines.slice(from, place("to ", from, lines.length - 1) + 1);
  const indent = Math.min(...kept.filter((line) => line !== "").map((line) => line.search(/\S/)));
  return kept.map((line) => line.slice(indent)).join("\n");
}

function sourceOf(norm: string): { readonly path: string; readonly text: string } {
  const found = libraryFiles().map(librarySource);
  return found.find((one) => one.text.includes(`norm ${norm} {`))!;
}

function equationsOf(norm: string): readonly object[] {
  const { items } = parse(sourceOf(norm), (one) => {
    throw new Error(one.message);
  });
  const found = items.find((one) => one.kind === "norm" && one.name.text === norm);
  return found?.kind === "norm" ? found.items.filter((one) => one.kind === "define") : [];
}

/** In the structure that serves every shape. */
function firstKernel(norm: string): Kernel {
  return allKernels(compileGraph(graphOf(norm)).kernels[0]!)[0]!;
}

/** A syntax tree or a statement: what kind it is and what it holds, its body indented below it. */
function printed(node: object): string {
  const { body, ...rest } = node as { readonly body?: readonly object[] };
  const inner = (body ?? []).map(printed).join("\n").replace(/^/gm, "  ");
  return `${fields(rest)}${body === undefined ? "" : `\n${inner}`}`;
}

function fields(node: object): string {
  const values = Object.entries(node).filter(([key]) => key !== "span" && key !== "type");
  return values.map(([, value]) => field(value)).join(" ");
}

function field(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(field).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if ("variadic" in value && "name" in value) return `${value.variadic ? "..." : ""}${field(value.name)}`;
  return "kind" in value ? `(${fields(value)})` : fields(value);
}
