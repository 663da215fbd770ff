/** The editor of the spec. */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import type { LSPClient } from "@codemirror/lsp-client";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { languages } from "./languages.ts";
import { type Lit, lineClasses, onLine, showClasses } from "./lit.ts";
import { look } from "./look.ts";

export interface Editor {
  readonly element: HTMLElement;
  readonly text: () => string;
  readonly set: (text: string) => void;
  /** Moves the cursor there; both from 0. */
  readonly go: (line: number, character: number) => void;
}

export interface EditorOptions {
  readonly label: string;
  readonly text: string;
  readonly client: LSPClient;
  readonly uri: string;
  readonly changed: (text: string) => void;
  /** Lines that light up with those of kernels. */
  readonly lit?: Lit;
}

/** How long nobody types before the server hears of it, in milliseconds. The client alone would wait for half a second. */
const pause = 120;

export function createEditor({ label, text, client, uri, changed, lit }: EditorOptions): Editor {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentUnit.of("  "),
        bracketMatching(),
        EditorView.lineWrapping,
        closeBrackets(),
        languages.norm,
        lintGutter(),
        client.plugin(uri, "norm"),
        lineClasses,
        ...(lit === undefined ? [] : [onLine((line) => lit.set(line === undefined ? [] : [line]))]),
        // Escape, then Tab leaves the editor, as CodeMirror has it.
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (!docChanged) return;
          clearTimeout(waiting);
          waiting = setTimeout(() => {
            client.sync();
            changed(state.doc.toString());
          }, pause);
        }),
        look,
      ],
    }),
  });
  lit?.follow(() => showClasses(view, new Map([...lit.lines()].map((line) => [line, "cm-lit"]))));
  return {
    element: view.dom,
    text: () => view.state.doc.toString(),
    set: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    go(line, character) {
      const { from, to } = view.state.doc.line(Math.min(line + 1, view.state.doc.lines));
      view.dispatch({ selection: { anchor: Math.min(from + character, to) }, scrollIntoView: true });
      view.focus();
    },
  };
}
