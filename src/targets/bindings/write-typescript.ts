import {
  IndentationText,
  type JSDocStructure,
  NewLineKind,
  type OptionalKind,
  Project,
  QuoteKind,
  type StatementStructures,
  StructureKind,
} from "ts-morph";
import { escapeComment, memberComment } from "./doc-comments.ts";
import type { Declaration, Member } from "./members.ts";
import { propertyKey } from "./taken-names.ts";

// The one file that imports ts-morph: import it lazily.

/** The declarations as text, each exported. Written in one batch: one by one ts-morph parses the file every time. */
export function printDeclarations(declarations: readonly Declaration[]): string {
  const project = new Project({
    useInMemoryFileSystem: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
      quoteKind: QuoteKind.Double,
    },
  });
  return project.createSourceFile("module.ts", { statements: declarations.map(structure) }).getFullText();
}

function structure(declaration: Declaration): StatementStructures | string {
  const common = { name: declaration.name, isExported: true, docs: docs(escapeComment(declaration.doc)) };
  switch (declaration.kind) {
    case "interface":
      return {
        ...common,
        kind: StructureKind.Interface,
        properties: declaration.members.map(property),
        typeParameters: declaration.parameter === undefined ? [] : [declaration.parameter],
      };
    case "type":
      return {
        ...common,
        kind: StructureKind.TypeAlias,
        type: declaration.type,
        typeParameters: declaration.parameter === undefined ? [] : [declaration.parameter],
      };
    case "const":
      // As text: ts-morph indents the lines of an initializer once too often.
      return `\n${docComment(declaration.doc)}export const ${declaration.name} = ${declaration.value};`;
  }
}

function property(member: Member) {
  return {
    name: propertyKey(member.name),
    type: member.type,
    hasQuestionToken: member.optional,
    isReadonly: true,
    docs: docs(memberComment(member)),
  };
}

function docs(escaped: string): OptionalKind<JSDocStructure>[] {
  return escaped === "" ? [] : [{ description: escaped.includes("\n") ? `\n${escaped}` : escaped }];
}

function docComment(text: string): string {
  const escaped = escapeComment(text);
  if (escaped === "") return "";
  if (!escaped.includes("\n")) return `/** ${escaped} */\n`;
  const lines = escaped.split("\n").map((line) => ` * ${line}`.trimEnd());
  return `/**\n${lines.join("\n")}\n */\n`;
}
