/** Writes declarations as TypeScript, with their methods or as a declaration file. */
import type { Declaration, Member, Method } from "../bindings/declarations.ts";
import { escapeComment } from "../bindings/doc-comments.ts";
import { propertyKey } from "../bindings/taken-names.ts";

/** Returns the text of a module that exports each declaration, without a final line break. */
export function writeTypescript(declarations: readonly Declaration[]): string {
  return declarations.map((one) => written(one, object)).join("\n\n");
}

/** The same without the bodies of methods, for a module in JavaScript. */
export function writeDeclarations(declarations: readonly Declaration[]): string {
  return declarations.map((one) => written(one, declaredObject)).join("\n\n");
}

type Of<Kind extends Declaration["kind"]> = Extract<Declaration, { readonly kind: Kind }>;

function written(one: Declaration, writeObject: (one: Of<"object">) => string): string {
  const doc = docComment(one.doc, "");
  switch (one.kind) {
    case "interface": {
      const members = one.members.map((member) => `${property(member)}\n`).join("");
      return `${doc}export interface ${one.name}${typeParameters(one.parameter)} {\n${members}}`;
    }
    case "type":
      return `${doc}export type ${one.name}${typeParameters(one.parameter)} = ${one.type};`;
    case "object":
      return `${doc}${writeObject(one)}`;
  }
}

function object({ name, methods }: Of<"object">): string {
  const bodies = methods.map((one) => {
    const call = `return ${one.calls}(${one.given.join(", ")});`;
    return `${signature(one)} {\n    ${call}\n  },\n`;
  });
  return `export const ${name} = {\n${bodies.join("")}};`;
}

function declaredObject({ name, methods }: Of<"object">): string {
  const signatures = methods.map((one) => `${signature(one)};\n`);
  return `export declare const ${name}: {\n${signatures.join("")}};`;
}

function property({ name, type, optional, doc, defaultValue }: Member): string {
  const key = `${propertyKey(name)}${optional ? "?" : ""}`;
  return `${docComment(doc, "  ", defaultValue)}  readonly ${key}: ${type};`;
}

function signature({ name, doc, typeParameters: types, parameters, result }: Method): string {
  const given = parameters
    .map((one) => `${one.name}${one.optional === true ? "?" : ""}: ${one.type}`)
    .join(", ");
  return `${docComment(doc, "  ")}  ${name}${typeParameters(...types)}(${given}): ${result}`;
}

function typeParameters(...given: readonly (string | undefined)[]): string {
  const known = given.filter((one) => one !== undefined);
  return known.length === 0 ? "" : `<${known.join(", ")}>`;
}

/** @param defaultValue the value of the `@default` tag that editors show. */
function docComment(text: string, indent: string, defaultValue?: string): string {
  const tag = defaultValue === undefined ? "" : `@default ${escapeComment(defaultValue)}`;
  const lines = [escapeComment(text), tag].filter((one) => one !== "").join("\n\n");
  if (lines === "") return "";
  if (!lines.includes("\n")) return `${indent}/** ${lines} */\n`;
  const starred = lines.split("\n").map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`);
  return `${indent}/**\n${starred.join("")}${indent} */\n`;
}
