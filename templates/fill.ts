/** Fills the templates of this folder. They produce source code, so nothing is escaped. */
import type * as HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import { templates } from "./compiled.ts";

// The type declarations of handlebars/runtime.js lack its default export.
const handlebars = runtime as unknown as typeof HandlebarsModule;

/**
 * Fills a template, given by its file name without `.hbs`. @throws Error if the template reads a field that `values`
 * lacks.
 */
export function fill(template: keyof typeof templates, values: object): string {
  const ready = made.get(template) ?? handlebars.template<object>(templates[template]);
  made.set(template, ready);
  return ready(values);
}

/** Each shader of a build fills one. */
const made = new Map<string, (values: object) => string>();

export function escapeHtml(text: string): string {
  return handlebars.escapeExpression(text);
}
