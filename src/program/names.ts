/** Names that the compiler and the runtimes agree on. No axis or tensor of a spec can have one of them. */

/** The tensor that holds what the parts of rows hand on. All kernels share it; the chosen variants decide its size. */
export const partialsTensor = "(partials)";

/** The factor along which the sums of chunks of rows lie. The variant decides its extent. */
export const chunkFactor = "(chunk)";

/** In a gather program: the factor whose extent is the number of parts of a row. */
export const partsFactor = "(parts)";
