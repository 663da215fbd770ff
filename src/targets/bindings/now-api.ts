/** Declares the creation of a norm without waiting, and what it waits for once. */
import type { Method } from "./declarations.ts";
import type { NormIdentifiers } from "./taken-names.ts";
import type { BindingsTarget } from "./target-words.ts";

/**
 * @param making the methods that wait, each of which gets one that does not. None on a target that has no such methods.
 * @param backward an expression: the function that loads what passes other than the forward pass need.
 */
export function nowMethods(
  ids: NormIdentifiers,
  making: readonly Method[],
  { now: words }: BindingsTarget,
  backward: string | undefined,
): Method[] {
  if (words === undefined) return [];
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
      calls: words.load,
      given: [ids.programs, ...(several ? ["pass", backward!] : [])],
    },
    ...making.map((one) => nowMethod(ids, one, words)),
  ];
}

function nowMethod(
  ids: NormIdentifiers,
  method: Method,
  { create, missing }: NonNullable<BindingsTarget["now"]>,
): Method {
  const { name, given, parameters, result } = method;
  const word = JSON.stringify(name);
  const options = given.indexOf("options");
  return {
    ...method,
    name: `${name}Now`,
    doc: `\`${name}\` without waiting, for code that cannot wait. \`load(${name === "create" ? "" : word})\` must be done. ${missing}`,
    parameters: parameters.filter((one) => one.name !== "settings"),
    result: result.replace(/^Promise<(.*)>$/, "$1"),
    calls: create,
    // It takes the pass where others take what loads its programs.
    given: [
      ...given.slice(0, given.indexOf(ids.programs)),
      ids.programs,
      word,
      ...given.slice(options).filter((one) => one !== "settings"),
    ],
  };
}
