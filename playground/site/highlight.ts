/** Colours for the examples of documents, by the languages of the editor: as classes, since a page has two themes. */
import { javascriptLanguage, typescriptLanguage } from "@codemirror/lang-javascript";
import type { Language } from "@codemirror/language";
import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
import { languages } from "../src/editor/languages.ts";

const known: Readonly<Record<string, Language>> = {
  norm: languages.norm,
  wgsl: languages.wgsl,
  glsl: languages.glsl,
  ts: typescriptLanguage,
  js: javascriptLanguage,
};

const classes = tagHighlighter([
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: tags.typeName, class: "tok-typeName" },
  { tag: tags.meta, class: "tok-meta" },
  { tag: [tags.number, tags.bool], class: "tok-number" },
  { tag: tags.string, class: "tok-string" },
  { tag: [tags.comment, tags.docComment], class: "tok-comment" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: "tok-function" },
]);

/** HTML. Empty for a language that is not known: the renderer then escapes the text itself. */
export function highlighted(code: string, tongue: string): string {
  const language = known[tongue];
  if (language === undefined) return "";
  let html = "";
  const put = (text: string, name: string): void => {
    const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    html += name === "" ? safe : `<span class="${name}">${safe}</span>`;
  };
  highlightCode(code, language.parser.parse(code), classes, put, () => put("\n", ""));
  return html;
}
