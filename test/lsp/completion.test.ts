import { describe, expect, test } from "vitest";
import { complete } from "../../src/tools/lsp/completion/complete.ts";
import { applied, at, batch, caller, groups } from "./project.ts";

function offered(marked: string, others: Readonly<Record<string, string>> = {}): string[] {
  const { project, file, offset } = at(marked, others);
  return complete(project, file, offset, { snippets: false }).map((one) => one.label);
}

/** The text after an offer is taken. */
function taken(marked: string, label: string, snippets = false): string {
  const { project, file, offset } = at(marked, { "g.norm": groups });
  const item = complete(project, file, offset, { snippets }).find((one) => one.label === label);
  if (item?.textEdit === undefined || !("range" in item.textEdit)) throw new Error(`${label} is not offered`);
  return applied(file.source, [item.textEdit, ...(item.additionalTextEdits ?? [])]);
}

const put = (place: string): string => {
  const plain = place.replace("|", "");
  if (!groups.includes(plain)) throw new Error(`there is no ${plain}`);
  return groups.replace(plain, place);
};

describe("what may stand at the cursor", () => {
  const items = ["axes", "param", "input", "affine", "state", "output", "on"];
  test.each<[string, string, readonly string[], readonly string[]]>([
    ["between items of a file", `${groups}|`, ["norm", "fn", "import"], ["axes", "x"]],
    ["an empty file", "|", ["norm", "fn", "import"], ["axes"]],
    ["in a norm", put("|\n  /// The result."), items, ["norm", "x"]],
    ["behind a list", "norm A { axes N |", items, ["norm"]],
    [
      "in an equation",
      put("y  = |(x"),
      ["x", "mu", "gamma", "eps", "G", "mean", "twice", "relu", "exp", "inf"],
      ["y", "N", "axes"],
    ],
    ["a word half written", "norm A { axes N input x[N] y = st|", ["standardize", "x"], ["N"]],
    ["axes behind `over`", put("mean(x over |K"), ["N", "C", "G", "K", "...S"], ["x", "mean"]],
    ["axes in brackets", put("gamma[|C]"), ["N", "C", "...S"], ["x"]],
    ["an axis of a place", "norm A { axes N, M = 2 input w[N, M] y = w[|", ["N", "M"], ["w"]],
    ["an index", "norm A { axes N, M = 2 input w[N, M] y = w[M = |", ["w", "index"], ["N"]],
    ["axes of a size", put("size(|K"), ["K", "...S"], ["x"]],
    ["the extent of an axis", "norm A { axes N, D = |", ["N"], ["size"]],
    ["`over` behind an operand", "norm A { axes N input x[N] y = mean(x |", ["over"], ["x"]],
    ["nothing behind an operand elsewhere", "norm A { axes N input x[N] y = x[N = 0 |", [], ["x"]],
    [
      "settings of a reduction",
      "norm A { axes N input x[N] y = mean(x over N; |",
      ["weight", "window", "before", "after"],
      ["eps", "x"],
    ],
    [
      "settings that are not there yet",
      "norm A { axes N input x[N] y = sum(x over N; before = 1, |",
      ["after"],
      ["before", "weight"],
    ],
    [
      "the epsilon of standardize",
      "norm A { axes N param e = 1 input x[N] y = standardize(x over N; |",
      ["e", "weight"],
      [],
    ],
    ["the value of a setting", "norm A { axes N input x[N] y = mean(x over N; weight = |", ["x"], ["weight"]],
    [
      "what an affine begins with",
      "norm A { axes N param e = 1 affine g[N] = |",
      ["e", "size"],
      ["mean", "N"],
    ],
    ["element types", "norm A { axes N input x[N]: |", ["i8", "u32"], ["x"]],
    ["modes", "norm A { axes N on |", ["train", "infer", "backward"], ["axes"]],
    ["outputs", "norm A { axes N input x[N] y = x z = y output y, |", ["z"], ["y", "x"]],
    ["a name that is new", "norm A { axes N input |", [], ["N", "axes"]],
    ["a comment", "norm A { axes N // x|", [], ["axes"]],
    ["documentation", "/// m|\nnorm A {}", [], ["norm"]],
    ["a number", "norm A { axes N input x[N] y = 1|", [], ["x"]],
    ["a number that goes on", "norm A { axes N input x[N] y = x * 0.|", [], ["axes", "x"]],
    ["a function", "fn f(a, b) = a + |", ["a", "b", "relu", "exp", "f"], ["mean", "x", "Softmax"]],
  ])("%s", (_, marked, wanted, not) => {
    const found = offered(marked);
    expect(found).toEqual(expect.arrayContaining([...wanted]));
    expect(found.filter((one) => not.includes(one))).toEqual([]);
    expect(new Set(found).size).toBe(found.length);
  });

  test("the axes of the operand come first", () => {
    const { project, file, offset } = at("norm A { axes N, C, T input x[C] y = mean(x over |");
    const sorted = complete(project, file, offset, { snippets: false }).sort((a, b) =>
      a.sortText! < b.sortText! ? -1 : 1,
    );
    expect(sorted.map((one) => one.label)).toEqual(["C", "N", "T"]);
  });

  test("in an `on` block: states that can be updated, and the names of its mode", () => {
    expect(offered(batch.replace("s <- mu", "|"))).toEqual(["s"]);
    expect(offered(batch.replace("mu = s + x", "mu = s + x; other = |"))).toContain("mu");
    const back = "norm P { axes N input x[N] y = x * 2 on backward { d_x = | } output y }";
    expect(offered(back)).toEqual(expect.arrayContaining(["d_y", "x"]));
  });
});

describe("calls", () => {
  test("of an imported norm: what can be given to it", () => {
    const marked = caller.replace("gamma = h, eps = 2", "eps = 2, |");
    const found = offered(marked, { "g.norm": groups });
    expect(found).toEqual(["gamma", "G"]);
    expect(offered(caller.replace("Two(twice(x)", "T|wo(twice(x)"), { "g.norm": groups })).toEqual(
      expect.arrayContaining(["Two", "twice"]),
    );
  });

  test("places that are filled in", () => {
    expect(taken("norm A { axes N input x[N] y = m|", "mean", true)).toContain(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: places of a snippet
      "y = mean(${1:x} over ${2:A})",
    );
    expect(taken("norm A { axes N input x[N] y = m|", "mean")).toContain("y = mean");
    expect(taken("norm A { axes N input x[N] y = m|(x)", "mean", true)).toContain("y = mean(x)");
    expect(taken("norm A { axes N, ...S input x[N, ...S] y = mean(x over ..|", "...S")).toContain(
      "over ...S",
    );
  });

  test("a norm of the library brings its import", () => {
    expect(taken("norm A { axes N input x[N] y = Soft|", "Softmax", true)).toBe(
      'import { Softmax } from "normc/library/softmax.norm"\n\nnorm A { axes N input x[N] y = Softmax($1)',
    );
    const second =
      'import { Softmax } from "normc/library/softmax.norm"\nnorm A { axes N input x[N] y = Log|';
    expect(taken(second, "LogSoftmax")).toBe(
      'import { Softmax, LogSoftmax } from "normc/library/softmax.norm"\nnorm A { axes N input x[N] y = LogSoftmax',
    );
    expect(offered(second)).not.toContain("import");
  });
});

describe("imports", () => {
  test("names of the file behind `from`", () => {
    const others = { "g.norm": groups };
    expect(offered('import { | } from "./g.norm"', others)).toEqual(["twice", "Groups"]);
    expect(offered('import { Groups, | } from "./g.norm"', others)).toEqual(["twice"]);
    expect(offered("import { |", others)).toContain("BatchNorm");
  });
  test("files", () => {
    const found = offered('import { Groups } from "|"', { "g.norm": groups, "sub/h.norm": batch });
    expect(found).toEqual(
      expect.arrayContaining(["./g.norm", "./sub/h.norm", "normc/library/group_norm.norm"]),
    );
    expect(found).not.toContain("./test.norm");
    expect(offered("import { A } |")).toEqual(["from"]);
  });
});

test("every offer says what it is", () => {
  const { project, file, offset } = at(put("y  = |(x"));
  const items = complete(project, file, offset, { snippets: true });
  expect(items.length).toBeGreaterThan(100);
  const mute = items.filter((one) => one.documentation === undefined && one.detail === undefined);
  expect(mute.map((one) => one.label)).toEqual([]);
  const of = (label: string): string | undefined => items.find((one) => one.label === label)?.detail;
  expect(of("mu")).toBe("mu[N, G]");
  expect(of("gelu")).toBe("gelu(v)");
  expect(of("eps")).toBe("param eps = 1e-5");
  expect(of("mean")).toBe("mean(x over A; weight = w)");
});
