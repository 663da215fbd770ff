/** Declares the creation of a norm without waiting, and what it waits for once. */
import type { Method } from "./declarations.ts";
import type { NormIdentifiers } from "./taken-names.ts";

/**
 * @param making the methods that wait, each of which gets one that does not.
 * @param backward an expression: the function that loads what passes other than the forward pass need.
 */
export function nowMethods(
  ids: NormIdentifiers,
  making: readonly Method[],
  backward: string | undefined,
): Method[] {
  const several = making.length > 1;
  const passes = making.map(({ name }) => JSON.stringify(name)).join(" | ");
  return [
    {
      name: "load",
      doc: several
        ? "Loads all that `createNow` may need, or, with the name of a function, its counterpart: `createBackwardNow` for `createBackward`."
        : "Loads all that `createNow` may need.",
      typeParameters: [],
      parameters: several ? [{ name: "pass", type: passes, optional: true }] : [],
      result: "Promise<void>",
      calls: "loadPrograms",
      given: [ids.programs, ...(several ? ["pass", backward!] : [])],
    },
    ...making.map((one) => now(ids, one)),
  ];
}

function now(ids: NormIdentifiers, method: Method): Method {
  const { name, given, result } = method;
  const word = JSON.stringify(name);
  return {
    ...method,
    name: `${name}Now`,
    doc: `\`${name}\` without waiting, for code that cannot wait. \`load(${name === "create" ? "" : word})\` must be done. Missing pipelines are compiled at once.`,
    result: result.replace(/^Promise<(.*)>$/, "$1"),
    calls: "createNowFromOptions",
    // It takes the pass where others take what loads its programs.
    given: [given[0]!, ids.programs, word, ...given.slice(given.indexOf("options"))],
  };
}
