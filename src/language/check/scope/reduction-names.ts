/** The functions that are called with axes. */
export const reductionNames: readonly string[] = ["sum", "mean", "var", "max", "min", "any", "all", "count"];

export const forms: readonly string[] = ["standardize", "size", "index"];
