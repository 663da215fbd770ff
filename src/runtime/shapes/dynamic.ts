/** An extent that `encode` and `run` give, up to the one that a norm is created for. Plain data. */
export interface Dynamic {
  readonly dynamic: number;
}

/** An extent of `dims`: a number, or open up to a number. */
export type Extent = number | Dynamic;

/** Extents of open axes, by axis. A variadic axis has a list, or a number where it is a single dim. */
export type ExtentsOf<Axes extends string> = Readonly<Partial<Record<Axes, number | readonly number[]>>>;

export type ExtentsByName = ExtentsOf<string>;

/**
 * Leaves an extent open: `x: [dynamic(4096), 768]`. Each `encode` and `run` then gives it, and no pipeline is compiled
 * for it.
 * @param max the largest extent. Scratch memory is made for it, and variants are chosen for it.
 */
export function dynamic(max: number): Dynamic {
  return { dynamic: max };
}

/** Whether no extent is left open. Anything but a list of dims counts as fixed; `resolveShapes` refuses it. */
export function isFixed<Options extends object>(
  options: Options,
): options is Options & { readonly dims: Readonly<Record<string, readonly number[]>> } {
  const { dims } = options as { readonly dims?: Readonly<Record<string, readonly Extent[]>> };
  return !Object.values(dims ?? {})
    .flat()
    .some(isOpen);
}

export function isOpen(extent: Extent): extent is Dynamic {
  return typeof extent === "object" && extent !== null;
}
