/**
 * Dims whose number is only known at run time, as a `number[]` has them. A list of known length is no `DimsList`: it has an
 * element 0 of its own. So a wrong number of dims in a literal stays a type error.
 */
export type DimsList = readonly number[] & { readonly 0?: never };
