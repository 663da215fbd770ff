/** The TextMate grammar, as editors and highlighters of pages read it, without the server. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import oniguruma from "vscode-oniguruma";
import textmate, { type IGrammar } from "vscode-textmate";
import { operators } from "../../src/graph/operators/operators.ts";
import { prelude } from "../../src/language/check/modules/prelude.ts";
import { forms, reductionNames } from "../../src/language/check/scope/reduction-names.ts";
import { scan } from "../../src/language/syntax/scan.ts";
import { libraryFiles, librarySource } from "../support/library.ts";

const folder = new URL("../../editors/vscode/syntaxes/", import.meta.url);
const file = new URL("norm.tmLanguage.json", folder);
const text = readFileSync(file, "utf8");
const fenced = new URL("markdown.tmLanguage.json", folder);
let grammar: IGrammar;
let markdown: IGrammar;

beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  await oniguruma.loadWASM(new Uint8Array(readFileSync(wasm)).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner([...patterns]),
      createOnigString: (one) => new oniguruma.OnigString(one),
    }),
    loadGrammar: async (scope) =>
      scope === "source.norm"
        ? textmate.parseRawGrammar(text, file.pathname)
        : textmate.parseRawGrammar(readFileSync(fenced, "utf8"), fenced.pathname),
  });
  grammar = (await registry.loadGrammar("source.norm"))!;
  markdown = (await registry.loadGrammar("markdown.norm.codeblock"))!;
});

interface Coloured {
  readonly start: number;
  readonly word: string;
  readonly scope: string;
}

/** The innermost scope of each stretch of a text, without `.norm`. */
function coloured(source: string, by = grammar): Coloured[] {
  const found: Coloured[] = [];
  let stack = textmate.INITIAL;
  let offset = 0;
  for (const line of source.split("\n")) {
    const { tokens, ruleStack } = by.tokenizeLine(line, stack);
    stack = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const scope = (scopes.at(-1) ?? "").replace(/\.norm$/, "");
      found.push({ start: offset + startIndex, word: line.slice(startIndex, endIndex), scope });
    }
    offset += line.length + 1;
  }
  return found;
}

const example = `/// A norm.
import { Softmax as Weights } from "normc/library/softmax.norm"
fn twice(v) = 2 * v

norm Groups {
  axes   N, C = G * K, ...S            // split
  param  G = 32, eps = 1e-5
  input  x[N, C, ...S], label[N]: i32
  affine gamma[C] = size(C)^0.5
  on train { mu = mean(x over K, ...S; weight = gamma); s <- mu }
  y = relu(twice(x)) + gamma[C = label] <= inf

  output y
}`;

describe("the grammar", () => {
  test.each<[string, string]>([
    ["/// A norm.", "comment.line.documentation"],
    ["// split", "comment.line.double-slash"],
    ["import", "keyword.control.import"],
    ['"normc/library/softmax.norm"', "string.quoted.double"],
    ["fn", "storage.type.function"],
    ["twice", "entity.name.function"],
    ["norm", "storage.type"],
    ["Groups", "entity.name.type.class"],
    ["axes", "keyword.declaration"],
    ["K", "entity.name.type.axis"],
    ["S", "entity.name.type.axis"],
    ["...", "keyword.operator.variadic"],
    ["affine", "keyword.declaration"],
    ["i32", "support.type"],
    ["1e-5", "constant.numeric"],
    ["train", "support.constant.mode"],
    ["mean", "support.function"],
    ["over", "keyword.operator.over"],
    ["weight", "variable.parameter.setting"],
    ["<-", "keyword.operator.update"],
    ["<=", "keyword.operator.comparison"],
    ["relu", "support.function"],
    ["inf", "constant.language"],
    ["mu", "variable.other.definition"],
    ["y", "variable.other.definition"],
  ])("%s is %s", (word, scope) => {
    expect(coloured(example).find((one) => one.word === word)?.scope).toBe(scope);
  });

  test("in a block of Markdown, and not behind it", () => {
    const found = coloured("Text.\n```norm\nnorm A {\n  axes N\n}\n```\nnorm B", markdown);
    const scopes = found.filter(({ word }) => word === "norm" || word === "axes").map((one) => one.scope);
    expect(scopes).toEqual(["fenced_code.block.language.markdown", "storage.type", "keyword.declaration"]);
    expect(found.at(-1)).toMatchObject({ word: "norm B", scope: "markdown.norm.codeblock" });
  });

  test("its functions are those of the language", () => {
    const listed = /\\b\(\?:(sum\|[^)]*)\)/.exec(
      JSON.parse(`"${/"match": "(\\\\b\(\?:sum[^"]*)"/.exec(text)?.[1]}"`),
    )?.[1];
    const own = [...prelude.matchAll(/^fn (\w+)/gm)].map(([, name]) => name!);
    // `size` and `index` have a rule of their own, since their arguments are axes.
    const all = [...reductionNames, ...forms, ...Object.keys(operators), ...own].filter(
      (one) => one !== "size" && one !== "index",
    );
    expect(listed?.split("|").toSorted()).toEqual([...new Set(all)].toSorted());
  });

  test.each(libraryFiles())(
    "gives every word of %s a scope, and keywords are those of the language",
    (name) => {
      const source = librarySource(name);
      const words = coloured(source.text);
      const plain = words.filter(({ word, scope }) => scope === "source" && /\w/.test(word));
      expect(plain).toEqual([]);
      const keywords = new Map(words.map(({ start, word, scope }) => [start + word.search(/\S/), scope]));
      for (const { tokenType, image, startOffset } of scan(source).tokens) {
        if (!/^(?:Norm|Axes|Param|Input|Affine|State|On|Output|Import|From|Fn|Over|As)$/.test(tokenType.name))
          continue;
        expect(keywords.get(startOffset), `${image} at ${startOffset}`).toMatch(/^(?:keyword|storage)\./);
      }
    },
  );
});
