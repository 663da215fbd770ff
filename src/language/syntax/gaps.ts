/**
 * Finds what the tree lacks because of syntax errors, so that later stages do not report mistakes about missing names.
 */
import { EOF, type IRecognitionException, type IToken } from "chevrotain";
import type { Source, Span } from "../diagnostics/diagnostic.ts";
import type { FileItem, Gaps } from "./ast.ts";
import { spanOf } from "./spans.ts";

export const noGaps: Gaps = { items: new Set(), names: new Set(), anyName: false };

export interface Skipped {
  /** The start of the last token read before each mistake. It shows which item the mistake belongs to. */
  readonly behind: readonly number[];
  /** The text that recovery skipped. */
  readonly spans: readonly Span[];
}

export function skippedBy(
  source: Source,
  tokens: readonly IToken[],
  errors: readonly IRecognitionException[],
): Skipped {
  const behind = errors.flatMap(({ token }) => {
    const at = token.tokenType === EOF ? tokens.length : tokens.indexOf(token);
    return tokens[at - 1]?.startOffset ?? [];
  });
  const passed = errors.flatMap(({ token, resyncedTokens }) => [token, ...(resyncedTokens ?? [])]);
  const spans = passed.filter((one) => one.tokenType !== EOF).map((one) => spanOf(source, one));
  return { behind, spans };
}

/**
 * @param mistakes the offsets of the syntax errors.
 * @param skipped text that is in no item.
 * @param isNameless whether an item has lost its name.
 */
export function gapsOf(
  items: readonly FileItem[],
  mistakes: readonly number[],
  skipped: readonly Span[],
  isNameless: boolean,
): Gaps {
  const halfRead = itemsAt(items, mistakes);
  const names = skipped.flatMap(({ source, start, end }) => source.text.slice(start, end).match(aName) ?? []);
  const anyName = isNameless || [...halfRead].some((one) => one.kind === "import");
  return { items: halfRead, names: new Set(names), anyName };
}

const aName = /[A-Za-z_][A-Za-z0-9_]*/g;

/** The items that contain the offsets or end directly before them. */
function itemsAt(items: readonly FileItem[], offsets: readonly number[]): Set<FileItem> {
  const found = new Set<FileItem>();
  let item = -1;
  for (const offset of offsets.toSorted((a, b) => a - b)) {
    while (item + 1 < items.length && items[item + 1]!.span.start <= offset) item++;
    if (item >= 0) found.add(items[item]!);
  }
  return found;
}
