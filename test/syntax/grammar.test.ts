import { Lexer } from "chevrotain";
import { expect, test } from "vitest";
import { NormParser } from "../../grammar/rules.ts";
import { keywords, Name, tokens } from "../../grammar/tokens.ts";

// `parse` skips both validations to start faster.
test("the tokens are well formed, none shadows another", () => {
  const lexer = new Lexer([...tokens], { positionTracking: "onlyOffset", ensureOptimizations: true });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
});

test("the grammar is unambiguous", () => {
  expect(() => new NormParser({ skipValidations: false })).not.toThrow();
});

test("a keyword within a longer name is that name", () => {
  const lexer = new Lexer([...tokens], { positionTracking: "onlyOffset" });
  for (const keyword of keywords) {
    const word = String(keyword.PATTERN);
    expect(lexer.tokenize(word).tokens.map((one) => one.tokenType)).toEqual([keyword]);
    expect(lexer.tokenize(`${word}1`).tokens.map((one) => one.tokenType)).toEqual([Name]);
  }
});
