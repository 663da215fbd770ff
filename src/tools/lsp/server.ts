/** The language server: hears an editor, and asks the modules in `answers`. It knows neither a disk nor a process. */
import {
  CodeActionKind,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  type Position,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { version } from "../../version.ts";
import { explainedAt, sampleCaseAt } from "./answers/commands.ts";
import { codeActions, fixAllKind } from "./answers/fixes.ts";
import { formatted } from "./answers/format.ts";
import { inlayHints } from "./answers/hints.ts";
import { hover } from "./answers/hover.ts";
import { documentSymbols, foldingRanges } from "./answers/outline.ts";
import { definition, highlights, references } from "./answers/references.ts";
import { prepareRename, rename } from "./answers/rename.ts";
import { legend, semanticTokens } from "./answers/tokens.ts";
import { complete } from "./completion/complete.ts";
import { shippedNorms } from "./completion/imports.ts";
import { signatureHelp } from "./completion/signature.ts";
import type { Host } from "./project/host.ts";
import { createProject, type KnownFile, type Project } from "./project/project.ts";
import { createPublisher } from "./publish.ts";
import { offsetAt } from "./text/ranges.ts";

const capabilities: InitializeResult["capabilities"] = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  completionProvider: { triggerCharacters: [".", '"', "/", "[", "(", ";"] },
  signatureHelpProvider: { triggerCharacters: ["(", ",", ";"] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentFormattingProvider: true,
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  inlayHintProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
  semanticTokensProvider: { legend, full: true },
};

/** What a user can set, under `normc`. */
interface Settings {
  /** Whether the axes of equations are shown. */
  readonly inlayHints: boolean;
}

/** An object that a client sent may be anything. */
function settingsIn(value: unknown): Settings {
  const own =
    typeof value === "object" && value !== null && "inlayHints" in value ? value.inlayHints : undefined;
  return { inlayHints: own !== false };
}

/** An editor without a language for specs sends other texts too. */
function isSpec({ uri, languageId }: TextDocument): boolean {
  return languageId === "norm" || uri.endsWith(".norm");
}

/**
 * Serves a connection until it closes.
 * @param hostOf makes the host when the editor says which folders it has open.
 */
export function serve(connection: Connection, hostOf: (params: InitializeParams) => Host): void {
  const documents = new TextDocuments(TextDocument);
  /** What the editor calls the files that are open, by path. */
  const uris = new Map<string, string>();
  let settings: Settings = { inlayHints: true };
  let project: Project | undefined;
  let client: InitializeParams["capabilities"] = {};

  connection.onInitialize((params) => {
    client = params.capabilities;
    settings = settingsIn(params.initializationOptions);
    const host = hostOf(params);
    // Of a link, the editor knows the name of the link.
    project = createProject({ ...host, uriOf: (path) => uris.get(path) ?? host.uriOf(path) });
    listen(project);
    return { capabilities, serverInfo: { name: "normc", version } };
  });

  connection.onInitialized(async () => {
    // The first completion and the first quick fix need them, and people wait for those.
    if (project !== undefined) shippedNorms(project);
    if (client.workspace?.didChangeConfiguration?.dynamicRegistration === true)
      await connection.client.register(DidChangeConfigurationNotification.type, { section: "normc" });
    if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true) {
      const watchers = [{ globPattern: "**/*.norm" }];
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
    if (client.workspace?.configuration === true) await readSettings();
  });

  async function readSettings(): Promise<void> {
    settings = settingsIn(await connection.workspace.getConfiguration("normc"));
    if (client.workspace?.inlayHint?.refreshSupport === true) connection.languages.inlayHint.refresh();
  }

  function listen(known: Project): void {
    const { host } = known;
    const publisher = createPublisher(
      known,
      (path, diagnostics) => void connection.sendDiagnostics({ uri: host.uriOf(path), diagnostics }),
      (error) => connection.console.error(`this is a defect of normc, please report it: ${String(error)}`),
    );
    documents.onDidChangeContent(({ document }) => {
      if (!isSpec(document)) return;
      const path = host.pathOf(document.uri);
      uris.set(path, document.uri);
      known.open(path, document.getText());
      publisher.changed();
    });
    documents.onDidClose(({ document }) => {
      const path = host.pathOf(document.uri);
      known.close(path);
      publisher.closed(path);
      uris.delete(path);
      publisher.changed();
    });
    connection.onDidChangeWatchedFiles(() => publisher.changed());
    connection.onDidChangeConfiguration(async ({ settings: told }) => {
      if (client.workspace?.configuration === true) await readSettings();
      else settings = settingsIn(told?.normc);
    });
    connection.onShutdown(() => publisher.stop());
    answer(known);
  }

  function answer(known: Project): void {
    const snippets = client.textDocument?.completion?.completionItem?.snippetSupport === true;
    const at = <T>(
      { textDocument, position }: { textDocument: { uri: string }; position: Position },
      of: (file: KnownFile, offset: number) => T,
    ): T | undefined => {
      const file = fileOf(textDocument);
      return file && of(file, offsetAt(file.source, position));
    };
    const fileOf = ({ uri }: { uri: string }): KnownFile | undefined => {
      const document = documents.get(uri);
      return document !== undefined && isSpec(document) ? known.file(known.host.pathOf(uri)) : undefined;
    };
    const within = <P extends { textDocument: { uri: string } }, T>(
      params: P,
      of: (file: KnownFile) => T,
    ) => {
      const file = fileOf(params.textDocument);
      return file && of(file);
    };

    connection.onCompletion((params) =>
      at(params, (file, offset) => complete(known, file, offset, { snippets })),
    );
    connection.onSignatureHelp((params) => at(params, signatureHelp));
    connection.onHover((params) => at(params, hover));
    connection.onDefinition((params) => at(params, (file, offset) => definition(known, file, offset)));
    connection.onReferences((params) =>
      at(params, (file, offset) => references(known, file, offset, params.context.includeDeclaration)),
    );
    connection.onDocumentHighlight((params) => at(params, highlights));
    connection.onPrepareRename((params) => at(params, (file, offset) => prepareRename(known, file, offset)));
    connection.onRenameRequest((params) =>
      at(params, (file, offset) => rename(known, file, offset, params.newName)),
    );
    connection.onDocumentFormatting((params) => within(params, formatted));
    connection.onDocumentSymbol((params) => within(params, documentSymbols));
    connection.onFoldingRanges((params) => within(params, foldingRanges));
    connection.onCodeAction((params) =>
      within(params, (file) => codeActions(known, file, params.range, params.context.only)),
    );
    connection.languages.inlayHint.on((params) =>
      settings.inlayHints ? within(params, (file) => inlayHints(file, params.range)) : [],
    );
    connection.languages.semanticTokens.on((params) => within(params, semanticTokens) ?? { data: [] });
    connection.onRequest("normc/explain", (params) => at(params, explainedAt) ?? null);
    connection.onRequest("normc/sampleCase", (params) => at(params, sampleCaseAt) ?? null);
  }

  documents.listen(connection);
  connection.listen();
}
