/** Fills the templates of this folder. They are compiled for source texts, in which nothing is escaped. */
import type * as HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import { templates } from "./compiled.ts";

// The declarations that come with handlebars/runtime.js leave its default export out.
const handlebars = runtime as unknown as typeof HandlebarsModule;

/** The text of a template, by its file name without `.hbs`. Throws where the template reads a field that is not there. */
export function fill(template: keyof typeof templates, values: object): string {
  return handlebars.template<object>(templates[template])(values);
}

export function escapeHtml(text: string): string {
  return handlebars.escapeExpression(text);
}
