/** Writes the results of `normc run` as JSON, in pieces, since one string cannot hold large tensors. */
import { replaceFile, throughLinks } from "../files/replace-file.ts";
import type { Results, TensorResult } from "./backend-interface.ts";

/** The outcome of one case. */
export interface Outcome {
  readonly name?: string;
  readonly backend: string;
  readonly adapter: string;
  readonly outputs?: Results;
  readonly error?: { readonly code: string; readonly message: string };
}

const pieceLength = 1 << 16;

/** Writes to a file, which then appears as a whole, or to standard output. */
export function writeOutcomes(outcomes: Outcome | readonly Outcome[], path: string | undefined): void {
  const text = Array.isArray(outcomes) ? listText(outcomes) : outcomeText(outcomes as Outcome, "");
  if (path === undefined) {
    for (const piece of joined(text)) process.stdout.write(piece);
    return;
  }
  replaceFile(throughLinks(path), joined(text));
}

function* listText(outcomes: readonly Outcome[]): Generator<string> {
  yield outcomes.length === 0 ? "[" : "[\n";
  for (const [i, one] of outcomes.entries()) {
    yield "  ";
    yield* outcomeText(one, "  ");
    yield i + 1 < outcomes.length ? ",\n" : "\n";
  }
  yield "]";
}

function* outcomeText({ outputs, ...rest }: Outcome, indent: string): Generator<string> {
  const entries = Object.entries(rest).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  yield `{ ${entries.join(", ")}`;
  if (outputs !== undefined) {
    yield `, "outputs": {\n`;
    for (const [i, [name, tensor]] of Object.entries(outputs).entries()) {
      yield `${i === 0 ? "" : ",\n"}${indent}  ${JSON.stringify(name)}: `;
      yield* tensorText(tensor);
    }
    yield `\n${indent}}`;
  }
  yield " }";
}

function* tensorText({ dims, data }: TensorResult): Generator<string> {
  yield `{ "dims": ${JSON.stringify(dims)}, "data": [`;
  for (let i = 0; i < data.length; i++) yield `${i === 0 ? "" : ", "}${numberText(data[i]!)}`;
  yield "] }";
}

/** The shortest decimal that reads back as the same number. JSON has no infinities and no NaN; they are strings. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function* joined(text: Iterable<string>): Generator<string> {
  let piece = "";
  for (const part of text) {
    piece += part;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}\n`;
}
