/** Writes declarations as TypeScript, with their methods or as a declaration file. Only this file imports ts-morph, which is large: import this file lazily. */
import {
  type CodeBlockWriter,
  IndentationText,
  type InterfaceDeclarationStructure,
  type JSDocStructure,
  type MethodDeclarationStructure,
  NewLineKind,
  type OptionalKind,
  Project,
  type PropertySignatureStructure,
  QuoteKind,
  type SourceFile,
  type StatementStructures,
  StructureKind,
  SyntaxKind,
  type TypeAliasDeclarationStructure,
  VariableDeclarationKind,
  type VariableStatementStructure,
} from "ts-morph";
import type { Declaration, Member, Method } from "../bindings/declarations.ts";
import { escapeComment } from "../bindings/doc-comments.ts";
import { propertyKey } from "../bindings/taken-names.ts";

/** Returns the text of a module that exports each declaration, without a final line break. */
export function writeTypescript(declarations: readonly Declaration[]): string {
  return write(declarations, objectOf, (file, { name, methods }) => {
    // ts-morph's structure of a variable cannot hold methods, so they are added to its object.
    file
      .getVariableDeclarationOrThrow(name)
      .getInitializerIfKindOrThrow(SyntaxKind.ObjectLiteralExpression)
      .addMethods(methods.map(methodOf));
  });
}

/** The same without the bodies of methods, for a module in JavaScript. */
export function writeDeclarations(declarations: readonly Declaration[]): string {
  return write(declarations, declaredObjectOf, (file, { name, methods }) => {
    file
      .getVariableDeclarationOrThrow(name)
      .getTypeNodeOrThrow()
      .asKindOrThrow(SyntaxKind.TypeLiteral)
      .addMethods(methods.map(signatureOf));
  });
}

function write(
  declarations: readonly Declaration[],
  structure: (declaration: Of<"object">) => StatementStructures,
  addMethods: (file: SourceFile, declaration: Of<"object">) => void,
): string {
  // Adding methods parses the whole file again, so each object is in a file of its own: a module of 100 norms took 20 s.
  const texts: string[] = [];
  let before: Declaration[] = [];
  const end = (object?: Of<"object">): void => {
    const statements = [...before, ...(object === undefined ? [] : [object])].map((one) =>
      structureOf(one, structure),
    );
    before = [];
    if (statements.length === 0) return;
    const file = emptyProject().createSourceFile("module.ts", { statements });
    if (object !== undefined) addMethods(file, object);
    texts.push(file.getFullText().trim());
  };
  for (const one of declarations) {
    if (one.kind === "object") end(one);
    else before.push(one);
  }
  end();
  return texts.join("\n\n");
}

/**
 * One project for each file: a project that held another file of the same name takes the indentation of objects from
 * that file.
 */
function emptyProject(): Project {
  return new Project({
    // The project reads no file and checks no types.
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
      quoteKind: QuoteKind.Double,
      useTrailingCommas: true,
    },
  });
}

function structureOf(
  declaration: Declaration,
  object: (declaration: Of<"object">) => StatementStructures,
): StatementStructures {
  switch (declaration.kind) {
    case "interface":
      return interfaceOf(declaration);
    case "type":
      return typeOf(declaration);
    case "object":
      return object(declaration);
  }
}

type Of<Kind extends Declaration["kind"]> = Extract<Declaration, { readonly kind: Kind }>;

function interfaceOf({ name, doc, members, parameter }: Of<"interface">): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    isExported: true,
    name,
    docs: docsOf(doc),
    typeParameters: parameter === undefined ? [] : [parameter],
    properties: members.map(propertyOf),
  };
}

function typeOf({ name, doc, type, parameter }: Of<"type">): TypeAliasDeclarationStructure {
  return {
    kind: StructureKind.TypeAlias,
    leadingTrivia: emptyLine,
    isExported: true,
    name,
    docs: docsOf(doc),
    typeParameters: parameter === undefined ? [] : [parameter],
    type,
  };
}

function objectOf({ name, doc }: Of<"object">): VariableStatementStructure {
  return {
    kind: StructureKind.VariableStatement,
    leadingTrivia: emptyLine,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    docs: docsOf(doc),
    declarations: [{ name, initializer: "{}" }],
  };
}

function declaredObjectOf({ name, doc }: Of<"object">): VariableStatementStructure {
  return {
    kind: StructureKind.VariableStatement,
    leadingTrivia: emptyLine,
    isExported: true,
    hasDeclareKeyword: true,
    declarationKind: VariableDeclarationKind.Const,
    docs: docsOf(doc),
    declarations: [{ name, type: "{}" }],
  };
}

function propertyOf(member: Member): OptionalKind<PropertySignatureStructure> {
  return {
    isReadonly: true,
    name: propertyKey(member.name),
    hasQuestionToken: member.optional,
    type: member.type,
    docs: docsOf(member.doc, member.defaultValue),
  };
}

function methodOf(method: Method): OptionalKind<MethodDeclarationStructure> {
  return {
    ...signatureOf(method),
    statements: [`return ${method.calls}(${method.given.join(", ")});`],
  };
}

function signatureOf({ name, doc, typeParameters, parameters, result }: Method) {
  return {
    name,
    docs: docsOf(doc),
    typeParameters: [...typeParameters],
    parameters: parameters.map(({ optional = false, ...one }) => ({ ...one, hasQuestionToken: optional })),
    returnType: result,
  };
}

/** Writes an empty line before a declaration. ts-morph writes one only before interfaces. */
function emptyLine(writer: CodeBlockWriter): void {
  writer.blankLineIfLastNot();
}

/**
 * @param defaultValue the value of the `@default` tag that editors show. The tag is part of the text: ts-morph would
 * write a comment end sign before a separate tag if the text has a comment start sign.
 */
function docsOf(text: string, defaultValue?: string): OptionalKind<JSDocStructure>[] {
  const tag = defaultValue === undefined ? "" : `@default ${escapeComment(defaultValue)}`;
  const description = [escapeComment(text), tag].filter((one) => one !== "").join("\n\n");
  return description === "" ? [] : [{ description }];
}
