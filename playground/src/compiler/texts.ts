/** The texts beside the spec: the plan, and the kernels in each language. */

import { readableGlsl } from "../../../src/compile/build/readable-kernels.ts";
import { compileGather } from "../../../src/compile/compile-gather.ts";
import { watOf } from "../../../src/compile/compile-wasm.ts";
import { type Compiled, compileGraph } from "../../../src/compile/passes.ts";
import type { Graph } from "../../../src/graph/tensor/graph.ts";
import { build } from "../../../src/index.ts";
import { kernelFacts } from "../../../src/tools/cli/explain/describe.ts";
import { explanationOf, explanationText } from "../../../src/tools/cli/explain/explanation.ts";
import { sizesOf } from "./fields.ts";
import { kernelLinker } from "./kernel-lines.ts";
import { followPasses } from "./pass-views.ts";
import type { Section, TextKind, TypedSizes } from "./protocol.ts";
import type { FoundNorm, KnownSpec, SpecReader } from "./spec.ts";

export interface Shown {
  readonly spec: KnownSpec;
  readonly found: FoundNorm;
  readonly sizes: TypedSizes;
  readonly readImport: SpecReader["readImport"];
}

export async function textsOf(kind: TextKind, shown: Shown): Promise<Section[]> {
  const { spec, found } = shown;
  const link = kernelLinker(spec, found.norm.name, followPasses(spec, found).at(-1));
  const sections = await plainTexts(kind, shown);
  return sections.map(({ title, text }) => ({ title, lines: link(text) }));
}

interface PlainSection {
  readonly title: string;
  readonly text: string;
}

async function plainTexts(kind: TextKind, shown: Shown): Promise<readonly PlainSection[]> {
  const { graph, norm } = shown.found;
  switch (kind) {
    case "plan":
      return [{ title: "Plan", text: planText(shown) }];
    case "wgsl":
      return kernelFacts(compiled(graph), "f32").flatMap(({ name, modules }) =>
        modules.map((one) => ({ title: titleOf(name, one.name), text: one.wgsl })),
      );
    case "glsl": {
      const programs = [compileGather(graph).program];
      return readableGlsl({ name: norm.name, docs: norm.docs, programs }).map(([path, text]) => ({
        title: path.replace(/^glsl\/|\.glsl$/g, "").replaceAll(".", " · "),
        text,
      }));
    }
    case "wat":
      return [{ title: "Module", text: watOf(graph) }];
    case "typescript":
      return typescriptOf(shown);
  }
}

const known = new WeakMap<Graph, Compiled>();

function compiled(graph: Graph): Compiled {
  const made = known.get(graph) ?? compileGraph(graph);
  known.set(graph, made);
  return made;
}

/** What `normc explain` prints of the kernels, for the extents of the form. */
function planText({ found: { forward, graph, grad }, sizes }: Shown): string {
  const made = compiled(graph);
  const text = explanationText(
    explanationOf({
      forward,
      compiled: made,
      grad,
      save: "none",
      dtype: "f32",
      sizes: sizesOf(sizes, forward),
      passes: [],
    }),
    {},
  );
  return text.slice(text.indexOf("\nKernels:") + 1);
}

/** The words of `namedShaders` for people. */
function titleOf(kernel: string, structure: string): string {
  const words: Readonly<Record<string, string>> = {
    "": "every shape",
    wide: "by fours",
    resident: "row kept",
    together: "rows together",
  };
  const stages = structure.split(".").map((one) => {
    const stage = /^split(\d+)$/.exec(one)?.[1];
    return stage === undefined ? (words[one] ?? one) : `split rows, stage ${Number(stage) + 1}`;
  });
  return `${kernel} · ${stages.join(", ")}`;
}

/** ts-morph, which writes the modules, is loaded now and not before. */
async function typescriptOf({ spec: { source }, readImport }: Shown): Promise<PlainSection[]> {
  const { files } = await build(source.text, {
    path: "spec.norm",
    targets: ["wgsl", "glsl", "wasm"],
    readImport,
  });
  return [...files].map(([path, text]) => ({ title: path, text }));
}
