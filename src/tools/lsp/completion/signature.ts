/** The signature of the call around the cursor, with the operand or setting that is being written. */
import type { ParameterInformation, SignatureHelp } from "vscode-languageserver";
import type { FunctionSymbol, NormSymbol } from "../../../language/check/symbols/symbol.ts";
import type { KnownFile } from "../project/project.ts";
import { contextAt } from "../text/context.ts";
import type { Enclosing } from "../text/read-tokens.ts";
import { functionWord } from "../words/built-in.ts";
import { isCalledWithAxes } from "./names.ts";

export function signatureHelp({ source, symbols }: KnownFile, offset: number): SignatureHelp | undefined {
  const { call } = contextAt(source, offset);
  if (call?.name === undefined) return undefined;
  const symbol = symbols.callable.find((one) => one.name === call.name)?.symbol;
  const word = functionWord(call.name, isCalledWithAxes(call.name));
  if (symbol === undefined && word === undefined) return undefined;
  const label = symbol?.signature ?? word?.usage ?? "";
  const doc = symbol?.doc ?? word?.meaning;
  const parameters = parametersOf(label);
  return {
    signatures: [
      {
        label,
        parameters,
        ...(doc === undefined ? {} : { documentation: { kind: "markdown", value: doc } }),
      },
    ],
    activeSignature: 0,
    activeParameter: activeIn(label, parameters, call, symbol),
  };
}

/** The parts between the parentheses, each as its place in the label. Commas in brackets belong to a part. */
function parametersOf(label: string): ParameterInformation[] {
  const open = label.indexOf("(");
  const parts: ParameterInformation[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open + 1; i < label.length; i++) {
    const character = label[i]!;
    const ends = depth === 0 && (character === "," || character === ";" || character === ")");
    if (ends) {
      if (label.slice(start, i).trim() !== "") parts.push({ label: trimmed(label, start, i) });
      if (character === ")") break;
      start = i + 1;
    } else if (character === "[" || character === "(") depth += 1;
    else if (character === "]" || character === ")") depth -= 1;
  }
  return parts;
}

function trimmed(label: string, start: number, end: number): [number, number] {
  const text = label.slice(start, end);
  return [start + (text.length - text.trimStart().length), end - (text.length - text.trimEnd().length)];
}

function activeIn(
  label: string,
  parameters: readonly ParameterInformation[],
  { part, operand, given }: Enclosing,
  symbol: NormSymbol | FunctionSymbol | undefined,
): number {
  if (part !== "settings" || symbol?.kind === "function") return operand;
  const name = given.at(-1);
  return parameters.findIndex(({ label: place }) => {
    const text = typeof place === "string" ? place : label.slice(...place);
    return name !== undefined && /^\w+/.exec(text)?.[0] === name;
  });
}
