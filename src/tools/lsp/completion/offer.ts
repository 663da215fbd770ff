import type { CompletionItemKind, TextEdit } from "vscode-languageserver";

/** A completion before it is placed in the text. */
export interface Offer {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string | undefined;
  /** Markdown. */
  readonly documentation?: string | undefined;
  /** With the places that the user fills in, `${1:x}`. Without it, the label is inserted. */
  readonly snippet?: string;
  /** Offers with a lower number come first. */
  readonly rank?: number;
  readonly edits?: readonly TextEdit[];
}
