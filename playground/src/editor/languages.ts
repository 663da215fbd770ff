/** Colours for texts, by their words: specs, graphs, WGSL, GLSL and WebAssembly text. TypeScript has its own parser. */
import { type Language, StreamLanguage, type StreamParser } from "@codemirror/language";

interface Words {
  readonly name: string;
  readonly keywords: string;
  readonly types?: string;
  readonly functions?: string;
  readonly comment: RegExp;
  readonly word: RegExp;
}

/** The words of the grammar (`grammar/tokens.ts`), and the functions that are called with axes. */
const norm: Words = {
  name: "norm",
  keywords: "norm axes param input affine state on output import from fn over as train infer backward",
  types: "i8 u8 i32 u32",
  functions: "sum mean var max min any all count standardize size index",
  comment: /^\/\/.*/,
  word: /^[A-Za-z_]\w*/,
};

const wgsl: Words = {
  name: "wgsl",
  keywords:
    "let var const override fn return if else for while loop break continue struct switch case default enable workgroup storage read read_write private function",
  types:
    "f32 f16 i32 u32 bool vec2f vec3f vec4f vec2u vec3u vec4u vec4h vec2h array atomic workgroup_id num_workgroups local_invocation_index",
  comment: /^\/\/.*/,
  word: /^@?[A-Za-z_]\w*/,
};

const glsl: Words = {
  name: "glsl",
  keywords: "const if else for while do return break continue in out inout uniform precision highp",
  types: "void float int uint bool vec2 vec3 vec4 ivec2 ivec3 ivec4 uvec2 sampler2D mat2 mat3 mat4",
  comment: /^\/\/.*/,
  word: /^[A-Za-z_]\w*/,
};

const wat: Words = {
  name: "wat",
  keywords:
    "module func param result local import export memory block loop if then else end br br_if return call drop select global mut type offset shared",
  comment: /^;;.*/,
  word: /^[$A-Za-z_][\w.$]*/,
};

const graph: Words = {
  name: "graph",
  keywords: "over weight",
  functions:
    "shift rest spread scaledSpread scale scaledSum sumScale mean var sum max min excess squares total",
  comment: /^\/\/.*/,
  word: /^%?[A-Za-z_0-9]\w*/,
};

function parserOf({ name, comment, word, ...groups }: Words): StreamParser<null> {
  const set = (words = ""): Set<string> => new Set(words.split(" "));
  const [keywords, types, functions] = [set(groups.keywords), set(groups.types), set(groups.functions)];
  return {
    name,
    languageData: { commentTokens: { line: "//" }, closeBrackets: { brackets: ["(", "[", "{"] } },
    token(stream) {
      if (stream.eatSpace()) return null;
      const isDoc = stream.match(/^\/\/\/(?!\/)/, false);
      if (stream.match(comment)) return isDoc ? "docComment" : "comment";
      if (stream.match(/^"[^"]*"?/)) return "string";
      if (stream.match(/^%\d+/)) return "variableName.special";
      if (stream.match(/^(?:0x[0-9a-fA-F.p+-]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fuhi]?)/))
        return "number";
      const found = stream.match(word);
      if (found !== null && found !== true) {
        const [text = ""] = found || [];
        if (keywords.has(text)) return "keyword";
        if (types.has(text) || /^(?:[if](?:32|64)|v128|[if]\d+x\d+)\./.test(text)) return "typeName";
        if (text.startsWith("@")) return "meta";
        if (text.startsWith("$")) return "variableName";
        if (functions.has(text) || stream.match(/^\s*\(/, false)) return "variableName.function";
        return "variableName";
      }
      if (stream.match(/^(?:<-|->|\.\.\.|[<>=!]=|[-+*/^%=<>!&|?:]+)/)) return "operator";
      stream.next();
      return "punctuation";
    },
  };
}

export type Tongue = "norm" | "wgsl" | "glsl" | "wat" | "graph" | "text" | "typescript";

export const languages: Readonly<Record<Exclude<Tongue, "typescript" | "text">, Language>> = {
  norm: StreamLanguage.define(parserOf(norm)),
  wgsl: StreamLanguage.define(parserOf(wgsl)),
  glsl: StreamLanguage.define(parserOf(glsl)),
  wat: StreamLanguage.define(parserOf(wat)),
  graph: StreamLanguage.define(parserOf(graph)),
};

/** The parser of TypeScript is loaded when it is first wanted. */
export async function languageOf(tongue: Tongue): Promise<Language | undefined> {
  if (tongue === "text") return undefined;
  if (tongue !== "typescript") return languages[tongue];
  return (await import("@codemirror/lang-javascript")).typescriptLanguage;
}
