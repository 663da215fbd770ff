/** What an editor shows of a text without being asked at a place, and the edits that it offers. */
import { describe, expect, test } from "vitest";
import { shownDiagnostics } from "../../src/tools/lsp/answers/diagnostics.ts";
import { codeActions, fixAllKind } from "../../src/tools/lsp/answers/fixes.ts";
import { formatted } from "../../src/tools/lsp/answers/format.ts";
import { inlayHints } from "../../src/tools/lsp/answers/hints.ts";
import { documentSymbols, foldingRanges } from "../../src/tools/lsp/answers/outline.ts";
import { legend, semanticTokens } from "../../src/tools/lsp/answers/tokens.ts";
import { createTrials } from "../../src/tools/lsp/project/trials.ts";
import { libraryFiles, librarySource } from "../support/library.ts";
import { applied, at, batch, caller, groups, lineOf, textAt } from "./project.ts";

const whole = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };

test("the tree of a file", () => {
  const { file } = at(groups);
  const [fn, norm] = documentSymbols(file);
  expect([fn!.name, fn!.children?.map((one) => one.name)]).toEqual(["twice", ["v"]]);
  expect(norm!.children?.map(({ name, detail }) => [name, detail])).toEqual([
    ["N", undefined],
    ["C", undefined],
    ["S", undefined],
    ["G", "32"],
    ["eps", "1e-5"],
    ["x", "input [N, C, ...S]"],
    ["gamma", "affine [C]"],
    ["mu", "[N, G]"],
    ["y", "[N, C, ...S]"],
  ]);
  expect(textAt(file.source, norm!.range)).toMatch(/^norm Groups[\s\S]*\}$/);
  expect(textAt(file.source, norm!.selectionRange)).toBe("Groups");
});

test("what can be folded", () => {
  const imports = 'import { A } from "./a.norm"\nimport { B } from "./b.norm"\n';
  const text = `${imports}// one\n// two\n${batch.replace("on train { ", "on train {\n ")}`;
  const { file } = at(text);
  expect(
    foldingRanges(file).map(({ startLine, endLine, kind }) => [startLine + 1, endLine + 1, kind]),
  ).toEqual([
    [5, 15, undefined],
    [1, 2, "imports"],
    [3, 4, "comment"],
  ]);
});

describe("the axes of equations", () => {
  test("stand behind their names", () => {
    const { file } = at(batch);
    const hints = inlayHints(file, whole).map(({ position, label }) => `${lineOf(position)} ${label}`);
    expect(hints).toEqual(["6 [C]", "7 [N, C]", "8 [N, C]"]);
    const scalar = at("norm A { axes N input x[N] m = sum(x over N) y = x * m output y }").file;
    expect(inlayHints(scalar, whole).map((one) => one.label)).toEqual(["[]", "[N]"]);
  });
  test("only in the lines that are shown", () => {
    const { file } = at(batch);
    const line = { start: { line: 6, character: 0 }, end: { line: 6, character: 80 } };
    expect(inlayHints(file, line).map((one) => one.label)).toEqual(["[N, C]"]);
  });
});

/** Word by word: its text, its kind, what is said of it besides. */
function coloured(text: string): string[] {
  const { file } = at(text);
  const { data } = semanticTokens(file);
  const lines = text.split("\n");
  const words: string[] = [];
  let line = 0;
  let character = 0;
  for (let i = 0; i < data.length; i += 5) {
    const [down, right, length, type, bits] = data.slice(i, i + 5) as [
      number,
      number,
      number,
      number,
      number,
    ];
    line += down;
    character = down === 0 ? character + right : right;
    const said = legend.tokenModifiers.filter((_, bit) => (bits & (1 << bit)) !== 0);
    const word = lines[line]!.slice(character, character + length);
    words.push([word, legend.tokenTypes[type]!, ...said].join(" "));
  }
  return words;
}

describe("colours", () => {
  test("of names: what they are", () => {
    const words = coloured(`${groups}${batch}`);
    for (const one of [
      "twice function declaration",
      "twice function",
      "/// Groups of channels. comment documentation",
      "norm keyword",
      "Groups class declaration",
      "C typeParameter declaration",
      "K typeParameter",
      "G variable declaration readonly",
      "eps variable readonly",
      "x parameter declaration",
      "gamma property",
      "mean function defaultLibrary",
      "over keyword",
      "mu variable",
      "2 number",
      "<- operator",
      "train enumMember",
    ])
      expect(words).toContain(one);
  });
  test("of a text that is broken, as far as it reads", () => {
    expect(coloured("norm A { axes N input x[N] y = x.mean(N) output y")).toContain("x parameter");
    expect(coloured("fn = = (")).toEqual(["fn keyword", "= operator", "= operator"]);
  });
});

describe("diagnostics", () => {
  const told = (text: string, others: Readonly<Record<string, string>> = {}): string[] => {
    const { project, file } = at(text, others);
    return shownDiagnostics(project.host, file, []).map(
      ({ code, range, message }) =>
        `${code} ${textAt(file.source, range)}: ${String(message).split("\n")[0]}`,
    );
  };
  test("have their code, its page, their note and related places", () => {
    const { project, file } = at("norm A {\n axes N, N\n input x[N]\n z = x + q\n y = x\n output y }");
    const found = shownDiagnostics(project.host, file, []);
    expect(found[0]).toMatchObject({
      code: "N302",
      severity: 1,
      source: "normc",
      codeDescription: { href: expect.stringMatching(/docs\/diagnostics\/N302\.md$/) },
      relatedInformation: [{ message: "first declared here" }],
    });
    expect(found[1]!.message).toMatch(/nothing called `q`\nthere are/);
  });
  test("of imported files are told at the import", () => {
    const broken = { "g.norm": groups.replace("- mu)", "- mo)") };
    expect(told(caller, broken)).toEqual([
      'N201 "./g.norm": `./g.norm`, or a file that it imports, has a mistake: there is nothing called `mo`',
    ]);
  });
  test("a name that is never used is shown as such", () => {
    const { project, file } = at("norm A { axes N input x[N] z = x y = x output y }");
    expect(shownDiagnostics(project.host, file, [])).toMatchObject([{ code: "N209", tags: [1] }]);
  });
  test("warnings of trials come once a norm was tried, and stay while others are edited", () => {
    const lossy =
      "norm A { axes N, D input a[N, D], b[N, D] y = sqrt(mean(a^2 over D)) - sqrt(mean(b^2 over D)) output y }\n";
    const trials = createTrials();
    const { project, file } = at(lossy);
    expect(trials.warnings(file)).toEqual([]);
    expect([trials.tryNext(file), trials.tryNext(file)]).toEqual([true, false]);
    const [warning] = shownDiagnostics(project.host, file, trials.warnings(file));
    expect(warning).toMatchObject({ code: "N440", severity: 2 });
    const { file: later } = at(`// moved\n${lossy}${groups}`);
    expect(
      trials.warnings(later).map((one) => later.source.text.slice(one.span.start, one.span.end)),
    ).toEqual(["sqrt(mean(a^2 over D)) - sqrt(mean(b^2 over D))"]);
    expect(trials.tryNext(later)).toBe(true);
    expect(trials.tryNext(later)).toBe(false);
  });
});

describe("quick fixes", () => {
  const fixed = (text: string, kinds?: readonly string[]): string[] => {
    const { project, file } = at(text);
    return codeActions(project, file, whole, kinds).map(({ title, edit }) => {
      const edits = edit?.changes?.["memory:test.norm"] ?? [];
      return `${title} -> ${applied(file.source, edits)}`;
    });
  };
  test("are those of the diagnostics", () => {
    const right = "norm A { axes N input value[N] y = valu output y }";
    expect(fixed(right)).toEqual([`did you mean \`value\`? -> ${right.replace("valu ", "value ")}`]);
  });
  test("all of them at once", () => {
    const text = "norm A { axes N input value[N] z = value ** 2 y = z * valu output y }";
    expect(fixed(text, [fixAllKind])).toEqual([
      `fix all mistakes that have a fix -> ${text.replace("**", "^").replace("valu ", "value ")}`,
    ]);
    expect(fixed(text, ["refactor"])).toEqual([]);
  });
  test("a norm of the library that is called without its import", () => {
    const text = "norm A { axes ...N, D input x[...N, D] y = Softmax(x) output y }";
    expect(fixed(text)).toContain(
      `import \`Softmax\` from "normc/library/softmax.norm" -> import { Softmax } from "normc/library/softmax.norm"\n\n${text}`,
    );
  });
});

describe("the canonical form", () => {
  test("is one edit of what differs", () => {
    const text = groups.replace("mu = mean(x over K, ...S)", "mu=mean( x over K,...S )");
    const { file } = at(text);
    const edits = formatted(file);
    expect(edits).toHaveLength(1);
    expect(edits[0]!.range.start.line).toBe(edits[0]!.range.end.line);
    expect(applied(file.source, edits)).toBe(groups.replace("mu = mean", "mu = mean"));
  });
  test("keeps line ends, and leaves a broken text alone", () => {
    const { file } = at(groups.replace("mu = mean", "mu =mean").replaceAll("\n", "\r\n"));
    expect(applied(file.source, formatted(file))).toBe(groups.replaceAll("\n", "\r\n"));
    expect(formatted(at("norm A {").file)).toEqual([]);
  });
  test.each(libraryFiles())("has nothing to say of %s", (name) => {
    expect(formatted(at(librarySource(name).text).file)).toEqual([]);
  });
});
