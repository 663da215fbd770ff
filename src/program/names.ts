/** Names that the compiler and the runtimes agree on. No axis and no tensor of a spec can have one of these. */

/** The tensor of what parts of rows hand on: one for all kernels, as large as the variants that are chosen make it. */
export const partialsTensor = "(partials)";

/** The factor along which the sums of chunks of rows lie. Its extent is the variant's choice. */
export const chunkFactor = "(chunk)";

/** Of a gather program: the factor whose extent is the number of parts of a row. */
export const partsFactor = "(parts)";
