/** Writes declarations as TypeScript, with their methods or as a declaration file. Only this file imports ts-morph, which is large: import this file lazily. */
import {
  type CodeBlockWriter,
  type GetAccessorDeclarationStructure,
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
import type { Declaration, Getter, Member, Method } from "../bindings/declarations.ts";
import { escapeComment } from "../bindings/doc-comments.ts";
import { propertyKey } from "../bindings/taken-names.ts";

/** Returns the text of a module that exports each declaration, without a final line break. */
export function writeTypescript(declarations: readonly Declaration[]): string {
  return writeAll(declarations, ({ methods, getters, ...one }) =>
    written([objectOf(one)], (file) => {
      // ts-morph's structure of a variable cannot hold methods, so they are added to its object.
      const object = file
        .getVariableDeclarationOrThrow(one.name)
        .getInitializerIfKindOrThrow(SyntaxKind.ObjectLiteralExpression);
      object.addMethods(methods.map(methodOf));
      object.addGetAccessors(getters.map(getterOf));
    }),
  );
}

/** The same without the bodies of methods, for a module in JavaScript. */
export function writeDeclarations(declarations: readonly Declaration[]): string {
  return writeAll(declarations, ({ methods, getters, ...one }) =>
    written([declaredObjectOf(one)], (file) => {
      const type = file
        .getVariableDeclarationOrThrow(one.name)
        .getTypeNodeOrThrow()
        .asKindOrThrow(SyntaxKind.TypeLiteral);
      type.addMethods(methods.map(signatureOf));
      type.addProperties(getters.map((getter) => propertyOf({ ...getter, optional: false })));
    }),
  );
}

/** @param writeObject writes an object in a file of its own: methods are added to a small file in a fraction of the time. */
function writeAll(
  declarations: readonly Declaration[],
  writeObject: (declaration: Of<"object">) => string,
): string {
  const parts: string[] = [];
  let types: StatementStructures[] = [];
  const end = (): void => {
    if (types.length > 0) parts.push(written(types));
    types = [];
  };
  for (const one of declarations) {
    switch (one.kind) {
      case "interface":
        types.push(interfaceOf(one));
        break;
      case "type":
        types.push(typeOf(one));
        break;
      case "object":
        end();
        parts.push(writeObject(one));
        break;
    }
  }
  end();
  return parts.join("\n\n");
}

let project: Project | undefined;
let files = 0;

/** One project writes everything. It forgets what is written, or each module would take 2 MB. */
function written(statements: StatementStructures[], change: (file: SourceFile) => void = () => {}): string {
  project ??= emptyProject();
  // Objects take their indentation from an earlier file of the same name.
  files++;
  const file = project.createSourceFile(`${files}.ts`, { statements });
  change(file);
  const text = file.getFullText().trim();
  file.forget();
  return text;
}

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
    isExported: true,
    leadingTrivia: emptyLine,
    name,
    docs: docsOf(doc),
    typeParameters: parameter === undefined ? [] : [parameter],
    type,
  };
}

function objectOf({ name, doc }: Omit<Of<"object">, "methods" | "getters">): VariableStatementStructure {
  return {
    kind: StructureKind.VariableStatement,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    docs: docsOf(doc),
    declarations: [{ name, initializer: "{}" }],
  };
}

function declaredObjectOf({
  name,
  doc,
}: Omit<Of<"object">, "methods" | "getters">): VariableStatementStructure {
  return {
    kind: StructureKind.VariableStatement,
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

function getterOf({ name, doc, type, value }: Getter): OptionalKind<GetAccessorDeclarationStructure> {
  return { name, docs: docsOf(doc), returnType: type, statements: [`return ${value};`] };
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
    parameters: parameters.map((one) => ({
      name: one.name,
      type: one.type,
      hasQuestionToken: one.optional === true,
    })),
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
