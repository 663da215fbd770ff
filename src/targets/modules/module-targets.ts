/** The runtimes that modules are written for, and how their programs are divided among modules. */
import type { GatherDraw, GatherProgram, WholeOrSplitDraw } from "../../program/gather-program.ts";
import type { LazyShaders, Program, Shader } from "../../program/program.ts";
import type { WasmParts, WasmProgram } from "../../program/wasm-program.ts";
import { gpujsTarget, wasmTarget, webgpuTarget } from "../bindings/target-words.ts";
import { divideProgram, hasLazyShaders } from "../wgsl/lazy-shaders.ts";
import type { ModuleTarget } from "./module-content.ts";

export const wgslModules: ModuleTarget<Program> = {
  words: webgpuTarget,
  divide(program) {
    const { main, lazy } = divideProgram(program);
    return {
      main: { ...main, kernels: compactKernels(main.kernels) },
      later: hasLazyShaders(program) ? compactKernels(lazy) : undefined,
    };
  },
  // The functions stay readable: they stand in a module that somebody else writes.
  inline: (program) => ({
    ...program,
    statistics: program.statistics && {
      ...program.statistics,
      kernels: compactKernels(program.statistics.kernels),
    },
  }),
};

export const gatherModules: ModuleTarget<GatherProgram> = {
  words: gpujsTarget,
  divide: (program) => ({ main: { ...program, draws: program.draws.map(compactDraws) }, later: undefined }),
};

/** @param partsOf the schedules in parts of a program. */
export function wasmModules(
  partsOf: (program: WasmProgram) => WasmParts | undefined,
): ModuleTarget<WasmProgram> {
  return {
    words: wasmTarget,
    divide(main) {
      const parts = partsOf(main);
      return { main, later: parts && [parts] };
    },
  };
}

/** Shaders without comments and unnecessary spaces, which a page need not load. */
function compactKernels<T extends LazyShaders>(kernels: readonly T[]): T[] {
  const shader = (one: Shader): Shader => ({ ...one, wgsl: compact(one.wgsl) });
  return kernels.map((kernel) => ({
    ...kernel,
    shaders: kernel.shaders.map(shader),
    split: kernel.split && {
      ...kernel.split,
      stages: kernel.split.stages.map((stage) => ({ ...stage, shaders: stage.shaders.map(shader) })),
    },
  }));
}

function compactDraws({ whole, split }: WholeOrSplitDraw): WholeOrSplitDraw {
  return {
    whole: compactDraw(whole),
    split: split && { ...split, part: compactDraw(split.part), merge: compactDraw(split.merge) },
  };
}

function compactDraw(draw: GatherDraw): GatherDraw {
  return { ...draw, glsl: compact(draw.glsl), js: compact(draw.js) };
}

/** Keeps the tokens of each line, and drops characters between them, empty lines and comments. */
function compact(text: string): string {
  const kept: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const found = text.indexOf("\n", at);
    const stop = found < 0 ? text.length : found;
    const line = text.slice(at, stop);
    if (!isComment.test(line)) {
      const short = compactLine(line);
      if (short !== "" || kept.length === 0 || found < 0) kept.push(short);
    }
    at = stop + 1;
  }
  return kept.join("\n");
}

/** The shaders of a kernel have most lines in common. Without this, a twentieth of a build looked for spaces. */
const compactLines = new Map<string, string>();
const mostLines = 20_000;

const isComment = /^\s*\/\//;

function compactLine(line: string): string {
  const known = compactLines.get(line);
  if (known !== undefined) return known;
  const made = withoutSpaces(line.replace(/^ +/, ""));
  if (compactLines.size >= mostLines) compactLines.clear();
  compactLines.set(line, made);
  return made;
}

const [sign, word, bracket] = [1, 2, 4];
const kinds = new Uint8Array(128);
for (const one of "-+*/%=<>!&|^~") kinds[one.charCodeAt(0)] = sign;
for (const one of ",;:(){}[]") kinds[one.charCodeAt(0)] = bracket;
for (let code = 0; code < kinds.length; code++) {
  if (/\w/.test(String.fromCharCode(code))) kinds[code] = word;
}

/** Keeps a space between two words, which would become one. */
function withoutSpaces(line: string): string {
  let made = "";
  let from = 0;
  for (let at = line.indexOf(" "); at >= 0; at = line.indexOf(" ", at + 1)) {
    const before = kinds[line.charCodeAt(at - 1)] ?? 0;
    const after = kinds[line.charCodeAt(at + 1)] ?? 0;
    const apart =
      (before === sign) !== (after === sign) ||
      (before !== word && after !== word) ||
      (before === bracket && after === word) ||
      (before === word && after === bracket);
    if (!apart) continue;
    made += line.slice(from, at);
    from = at + 1;
  }
  return made + line.slice(from);
}
