/** The shipped specs, as texts in the bundle. */

/** By file name: `group_norm.norm`. */
export function libraryTexts(): ReadonlyMap<string, string> {
  const found = import.meta.glob<string>("../../library/*.norm", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  return new Map(Object.entries(found).map(([path, text]) => [path.slice(path.lastIndexOf("/") + 1), text]));
}
