import { expect, test } from "vitest";
import { editDistance, nearest } from "../../src/language/diagnostics/suggest.ts";

const known = [
  "gamma",
  "beta",
  "mean",
  "max",
  "running_mean",
  "running_var",
  "N",
  "C",
  "standardize",
  "BatchNorm",
  "mu",
];

test.each([
  ["gama", "gamma"],
  ["gmama", "gamma"],
  ["Gamma", "gamma"],
  ["maen", "mean"],
  ["running_maen", "running_mean"],
  ["runing_vra", "running_var"],
  ["standardise", "standardize"],
  ["Batchnorm", "BatchNorm"],
  ["batchNorm", "BatchNorm"],
  ["n", "N"],
  ["c", "C"],
  ["mv", "mu"],
  // A letter is not a misspelling of another, nor is a word of one that shares little with it.
  ["K", undefined],
  ["delta", undefined],
  ["x", undefined],
  ["", undefined],
  ["sigma_squared", undefined],
])("%s: %s", (word, expected) => expect(nearest(word, known)).toBe(expected));

test("a difference of case is nearer than one of letters", () => {
  expect(nearest("Mean", ["Median", "Moan", "mean"])).toBe("mean");
  expect(nearest("Meen", ["mean", "Mean"])).toBe("Mean");
});

test("a name is not its own suggestion, and nothing is near to nothing", () => {
  expect(nearest("gamma", ["gamma"])).toBeUndefined();
  expect(nearest("gamma", [])).toBeUndefined();
});

test("very long words cost little", () => {
  const long = "x".repeat(1_000_000);
  expect(nearest(`${long}y`, Array(100).fill(long))).toBe(long);
}, 1000);

test.each([
  ["", "", 0],
  ["abc", "", 3],
  ["abc", "abd", 1],
  ["abc", "acb", 1],
  ["abc", "bc", 1],
  ["ca", "abc", 3],
])("%s to %s takes %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});
