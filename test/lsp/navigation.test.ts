import { describe, expect, test } from "vitest";
import type { Location } from "vscode-languageserver";
import { definition, highlights, references } from "../../src/tools/lsp/answers/references.ts";
import { prepareRename, rename } from "../../src/tools/lsp/answers/rename.ts";
import { applied, at, batch, caller, groups, lineOf, textAt } from "./project.ts";

const others = { "g.norm": groups };

const put = (place: string, text: string): string => {
  const plain = place.replace("|", "");
  if (!text.includes(plain)) throw new Error(`there is no ${plain}`);
  return text.replace(plain, place);
};

const shown = ({ uri, range }: Location): string => `${uri.replace("memory:", "")}:${lineOf(range.start)}`;

function defined(marked: string, files: Readonly<Record<string, string>> = others): string[] {
  const { project, file, offset } = at(marked, files);
  return definition(project, file, offset).map(shown);
}

function referred(
  marked: string,
  files: Readonly<Record<string, string>> = others,
  declaration = true,
): string[] {
  const { project, file, offset } = at(marked, files);
  return references(project, file, offset, declaration).map(shown).sort();
}

describe("the definition", () => {
  test.each<[string, string, readonly string[]]>([
    ["of a tensor", put("(x - mu) * rsqrt(var(|x", groups), ["test.norm:8"]],
    ["of an equation", put("(x - |mu)", groups), ["test.norm:11"]],
    ["of a factor", put("over |K", groups), ["test.norm:5"]],
    ["of both modes", put("x - |mu", batch), ["test.norm:6", "test.norm:7"]],
    ["of an imported norm", put("y = |Two", caller), ["g.norm:4"]],
    ["of an imported function", put("(|twice(x)", caller), ["g.norm:1"]],
    ["of a setting", put("|gamma = h", caller), ["g.norm:9"]],
    ["of an imported file", put('"./g|.norm"', caller), ["g.norm:1"]],
    ["of nothing", put("y  = (x - mu) |*", groups), []],
    ["of a function of the language", "fn f(v) = |relu(v)", []],
  ])("%s", (_, marked, expected) => expect(defined(marked)).toEqual(expected));
  test("of a norm of the library", () => {
    const marked = 'import { |Softmax } from "normc/library/softmax.norm"\nfn f(v) = v';
    expect(defined(marked, {})).toEqual(["normc/library/softmax.norm:2"]);
  });
});

describe("references", () => {
  test("in the file alone", () => {
    expect(referred(put("|mu = mean", groups), {})).toEqual(["test.norm:11", "test.norm:12"]);
    expect(referred(put("|mu = mean", groups), {}, false)).toEqual(["test.norm:12"]);
  });
  test("in files that import it, open or not", () => {
    const files = { "g.norm": groups, "other.norm": caller.replace("norm A", "norm B"), "far.norm": batch };
    expect(referred(put("y = |Two", caller), files)).toEqual([
      "g.norm:4",
      "other.norm:1",
      "other.norm:1",
      "other.norm:8",
      "test.norm:1",
      "test.norm:1",
      "test.norm:8",
    ]);
    expect(referred(put("|eps = 2", caller), files)).toEqual([
      "g.norm:12",
      "g.norm:7",
      "other.norm:8",
      "test.norm:8",
    ]);
  });
  test("highlights are those of the file", () => {
    const { file, offset } = at(put("(x - |mu)", groups));
    expect(highlights(file, offset).map(({ range }) => textAt(file.source, range))).toEqual(["mu", "mu"]);
  });
});

function renamed(
  marked: string,
  name: string,
  files: Readonly<Record<string, string>> = others,
): Record<string, string> {
  const { project, file, offset } = at(marked, files);
  const { changes = {} } = rename(project, file, offset, name);
  return Object.fromEntries(
    Object.entries(changes).map(([uri, edits]) => {
      const path = uri.replace("memory:", "");
      return [path, applied(project.source(path)!, edits)];
    }),
  );
}

describe("rename", () => {
  test("an equation, an axis with its param, an extent", () => {
    expect(renamed(put("|mu = mean", groups), "average")["test.norm"]).toBe(
      groups.replaceAll("mu", "average"),
    );
    expect(renamed(put("param  |G", groups), "H")["test.norm"]).toBe(groups.replaceAll(/\bG\b/g, "H"));
    expect(renamed(put("...|S\n", groups), "Space")["test.norm"]).toBe(groups.replaceAll("...S", "...Space"));
  });
  test("across files; an alias stays", () => {
    expect(
      renamed(put("|Groups {", groups), "Parts", { "user.norm": caller.replace("g.norm", "test.norm") }),
    ).toEqual({
      "test.norm": groups.replace("norm Groups", "norm Parts"),
      "user.norm": caller.replace("g.norm", "test.norm").replace("Groups as Two", "Parts as Two"),
    });
    const files = renamed(put("|eps = 2", caller), "epsilon");
    expect(files["g.norm"]).toBe(groups.replaceAll("eps", "epsilon"));
    expect(files["test.norm"]).toBe(caller.replace("eps", "epsilon"));
  });
  test("a tensor, with its gradient and its cotangent", () => {
    const text = "norm P { axes N input x[N] y = x * 2 on backward { d_x = d_y * 2 } output y }";
    expect(renamed(put("input |x", text), "z")["test.norm"]).toBe(
      "norm P { axes N input z[N] y = z * 2 on backward { d_z = d_y * 2 } output y }",
    );
    expect(renamed(put("|y = x", text), "w")["test.norm"]).toBe(
      "norm P { axes N input x[N] w = x * 2 on backward { d_x = d_w * 2 } output w }",
    );
  });
  test("the name in parentheses", () => {
    const text = "norm P { axes N input x[N] y = (x) * (2 + (x)) output y }";
    expect(renamed(put("input |x", text), "z")["test.norm"]).toBe(text.replaceAll(/\bx\b/g, "z"));
  });
  test.each<[string, string, string, RegExp]>([
    ["a function of the language", "fn f(v) = |relu(v)", "other", /function of the language/],
    [
      "a norm of the library",
      'import { |Softmax } from "normc/library/softmax.norm"',
      "Other",
      /ships with normc/,
    ],
    ["what is no name", put("|mu = mean", groups), "2x", /a name is made of/],
    ["a keyword", put("|mu = mean", groups), "over", /is a keyword/],
    ["a reserved name", put("|mu = mean", groups), "mode", /is reserved/],
    ["a name that is taken", put("|mu = mean", groups), "gamma", /there is a `gamma` already/],
    ["a norm with the name of a reduction", put("|Groups {", groups), "mean", /function of the language/],
    ["an alias", put("as |Two", caller), "Three", /another name of `Groups`/],
  ])("refused: %s", (_, marked, name, message) => {
    const { project, file, offset } = at(marked, others);
    expect(() => rename(project, file, offset, name)).toThrow(message);
  });
  test("the editor is told what will be renamed", () => {
    const { project, file, offset } = at(put("m|u = mean", groups));
    expect(prepareRename(project, file, offset)).toMatchObject({ placeholder: "mu" });
    const { offset: nowhere } = at(put("y  = (x - mu) |*", groups));
    expect(() => prepareRename(project, file, nowhere)).toThrow(/no name here/);
  });
});
