/** What a generated module declares, as plain data. `templates/module.hbs` is the one place that knows how TypeScript is written. */
import { commentLines, memberLines } from "./doc-comments.ts";
import { propertyKey } from "./taken-names.ts";

/** Types, and the expressions that methods return, are TypeScript text; all else are names and prose. */
export type Declaration =
  | {
      readonly kind: "interface";
      readonly name: string;
      readonly doc: string;
      readonly members: readonly Member[];
      /** The type parameter, with its bounds. */
      readonly parameter?: string;
    }
  | {
      readonly kind: "type";
      readonly name: string;
      readonly doc: string;
      readonly type: string;
      readonly parameter?: string;
    }
  /** A constant whose properties are methods: what the module's user calls. */
  | {
      readonly kind: "object";
      readonly name: string;
      readonly doc: string;
      readonly methods: readonly Method[];
    };

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly doc: string;
  /** The value it has if it is omitted, as TypeScript writes it. */
  readonly defaultValue?: string;
}

export interface Method {
  readonly name: string;
  readonly doc: string;
  readonly typeParameters: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly result: string;
  /** The function that it calls, and with what: it does nothing else. */
  readonly calls: string;
  readonly given: readonly string[];
}

/** A declaration as the template reads it: every field is there, comments are lines of text. */
export function forTemplate(declaration: Declaration): object {
  const { name, doc } = declaration;
  const head = { name, doc: commentLines(doc), interface: false, type: false, object: false };
  switch (declaration.kind) {
    case "interface":
      return {
        ...head,
        interface: true,
        parameters: angled(declaration.parameter),
        members: declaration.members.map((one) => ({
          doc: memberLines(one),
          key: propertyKey(one.name) + (one.optional ? "?" : ""),
          type: one.type,
        })),
      };
    case "type":
      return { ...head, type: declaration.type, parameters: angled(declaration.parameter) };
    case "object":
      return {
        ...head,
        object: true,
        methods: declaration.methods.map((one) => ({
          ...one,
          doc: commentLines(one.doc),
          typeParameters: angled(...one.typeParameters),
          given: one.given.join(", "),
        })),
      };
  }
}

function angled(...parameters: readonly (string | undefined)[]): string {
  const given = parameters.filter((one) => one !== undefined);
  return given.length === 0 ? "" : `<${given.join(", ")}>`;
}
