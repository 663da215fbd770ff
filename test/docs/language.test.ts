import { describe, expect, test } from "vitest";
import { operators } from "../../src/graph/operators/operators.ts";
import { prelude } from "../../src/language/check/modules/prelude.ts";
import { forms, reductionNames } from "../../src/language/check/scope/reduction-names.ts";
import { codeBlocks, diagnose, readDoc, told } from "./blocks.ts";

const page = readDoc("language.md");

const specs = codeBlocks().filter(({ language }) => /^norm\b/.test(language));

test("the README begins with a spec", () => expect(specs[0]!.at).toMatch(/^README/));

describe("specs in the documentation mean what they are marked with: nothing, or a diagnostic", () => {
  test.each(specs)("$at", ({ language, text }) => {
    const marks = language.slice("norm".length).trim();
    const found = diagnose(text);
    expect([...new Set(found.map((one) => one.code))], told(found).join("\n")).toEqual(
      marks === "" ? [] : marks.split(" "),
    );
  });
});

/** Name to arity. */
function functionsOf(text: string): Map<string, number> {
  return new Map(
    [...text.matchAll(/`(\w+)\(([^)`]*)\)`/g)].map(([, name, parameters]) => [
      name,
      parameters.split(",").length,
    ]),
  );
}

test("the table of functions lists each one, with its operands, and no other", () => {
  const table = page.slice(page.indexOf("<!-- functions -->"), page.indexOf("<!-- end -->"));
  const listed = functionsOf(table);
  const defined = [...prelude.matchAll(/^fn (\w+)\(([^)]*)\)/gm)].map(
    ([, name, parameters]) => [name, parameters.split(",").length] as const,
  );
  const built = Object.entries(operators).map(([name, { arity }]) => [name, arity] as const);
  expect(Object.fromEntries([...listed].sort())).toEqual(Object.fromEntries([...defined, ...built].sort()));
});

test("every reduction and form is named", () => {
  for (const name of [...reductionNames, ...forms]) expect(page).toMatch(new RegExp(`\`${name}[\`(]`));
});
