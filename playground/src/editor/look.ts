/** How editors look. The colours are variables of the page (`styles/colours.css`), so both themes have one style. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.typeName, tags.meta], color: "var(--code-type)" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: "var(--code-function)",
  },
  { tag: tags.special(tags.variableName), color: "var(--code-node)" },
  { tag: [tags.number, tags.bool], color: "var(--code-number)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.comment, tags.docComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--code-operator)" },
]);

export const look = [
  syntaxHighlighting(colours),
  EditorView.theme({
    "&": { height: "100%", fontSize: "0.8125rem", backgroundColor: "transparent", color: "var(--text)" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
    ".cm-content": { padding: "0.5rem 0", caretColor: "var(--accent)" },
    ".cm-line": { padding: "0 0.75rem 0 0.5rem" },
    ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--text)" },
    // Not transparent: long lines scroll below it.
    ".cm-gutters": {
      backgroundColor: "var(--surface)",
      border: "none",
      color: "var(--faint)",
      paddingLeft: "0.25rem",
    },
    "&.cm-focused": { outline: "none" },
    ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: "var(--selection) !important",
    },
    ".cm-lit": { backgroundColor: "var(--lit)", boxShadow: "inset 3px 0 var(--lit-edge)" },
    ".cm-added": { backgroundColor: "var(--added)", boxShadow: "inset 3px 0 var(--added-edge)" },
    ".cm-removed": {
      backgroundColor: "var(--removed)",
      boxShadow: "inset 3px 0 var(--removed-edge)",
      textDecoration: "line-through",
      opacity: "0.85",
    },
    ".cm-tooltip": {
      backgroundColor: "var(--raised)",
      border: "1px solid var(--border)",
      borderRadius: "6px",
      boxShadow: "var(--shadow)",
      color: "var(--text)",
      maxWidth: "min(36rem, 90vw)",
    },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
      backgroundColor: "var(--accent)",
      color: "var(--on-accent)",
    },
    ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
    ".cm-lsp-hover-tooltip, .cm-lsp-documentation": { padding: "0.4rem 0.7rem", fontSize: "0.8125rem" },
    ".cm-diagnostic": { fontFamily: "var(--sans)", fontSize: "0.8125rem", whiteSpace: "pre-wrap" },
    ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)" },
  }),
];
