/**
 * How many neighbours of a wide table an adapter takes before the next one has its turn. A pipeline that it has not seen
 * before takes lavapipe about 1 s (LLVM) and SwiftShader 0.1 s, where the kernel itself runs for a millisecond.
 */
const share: Readonly<Record<string, number>> = { lavapipe: 1, swiftshader: 4 };

/**
 * The cases of a wide table that are this adapter's: each case runs on one adapter of the machine, so that all run. Every
 * adapter sees norms, strategies and shapes of each kind, but not each of their pairs.
 * @param offset moves the start: another one for each row of a table of rows.
 */
export function inTurn<T, D extends { readonly name: string }>(
  cases: readonly T[],
  adapter: D,
  adapters: readonly D[],
  offset = 0,
): T[] {
  const wheel = adapters.flatMap((one) => Array.from({ length: share[one.name] ?? 1 }, () => one));
  return cases.filter((_, number) => wheel[(number + offset) % wheel.length] === adapter);
}
