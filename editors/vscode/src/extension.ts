/** The extension: starts the language server, and offers two commands. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { comparison, type Run } from "./compare-runs.ts";
import { projectCli, runCli } from "./project-cli.ts";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const module = context.asAbsolutePath("dist/server.mjs");
  const server = { module, transport: TransportKind.stdio };
  const started = new LanguageClient("normc", "normc", server, { documentSelector: [{ language: "norm" }] });
  client = started;
  const explanations = explanationProvider();
  const output = vscode.window.createOutputChannel("normc: runs");
  context.subscriptions.push(
    output,
    vscode.workspace.registerTextDocumentContentProvider(explanationScheme, explanations),
    vscode.commands.registerCommand("normc.explain", () => explain(started, explanations)),
    vscode.commands.registerCommand("normc.runAgainstOracle", () => runAgainstOracle(started, output)),
  );
  await started.start();
}

export function deactivate(): Promise<void> | undefined {
  return client?.stop();
}

const explanationScheme = "normc-explain";

interface ExplanationProvider extends vscode.TextDocumentContentProvider {
  show(name: string, text: string): vscode.Uri;
}

function explanationProvider(): ExplanationProvider {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path),
    show(name, text) {
      const uri = vscode.Uri.from({ scheme: explanationScheme, path: `${name}.txt` });
      texts.set(uri.path, text);
      changed.fire(uri);
      return uri;
    },
  };
}

/** Where the cursor is, for a request of the server. */
function placeIn(editor: vscode.TextEditor): object {
  const { line, character } = editor.selection.active;
  return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}

function tellOfMistakes(): void {
  void vscode.window.showWarningMessage("normc: there is no norm here, or it has mistakes.");
}

async function explain(server: LanguageClient, explanations: ExplanationProvider): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return;
  const found = await server.sendRequest<{ norm: string; text: string } | null>(
    "normc/explain",
    placeIn(editor),
  );
  if (found === null) {
    tellOfMistakes();
    return;
  }
  const document = await vscode.workspace.openTextDocument(explanations.show(found.norm, found.text));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

async function runAgainstOracle(server: LanguageClient, output: vscode.OutputChannel): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return;
  const { document } = editor;
  const cli = document.uri.scheme === "file" ? projectCli(document.uri.fsPath) : undefined;
  if (cli === undefined) {
    const message = "normc: this runs the normc of your project: npm install --save-dev normc";
    void vscode.window.showWarningMessage(message);
    return;
  }
  const found = await server.sendRequest<{ norm: string; feeds: object } | null>(
    "normc/sampleCase",
    placeIn(editor),
  );
  if (found === null) {
    tellOfMistakes();
    return;
  }
  await document.save();
  output.show(true);
  const folder = mkdtempSync(join(tmpdir(), "normc-"));
  try {
    const feeds = join(folder, "feeds.json");
    writeFileSync(feeds, JSON.stringify(found.feeds));
    const cwd = dirname(document.uri.fsPath);
    const run = async (backend: string): Promise<Run> => {
      const words = ["run", `${document.uri.fsPath}#${found.norm}`, "--feeds", feeds, "--backend", backend];
      return JSON.parse(await runCli(cli, words, cwd)) as Run;
    };
    output.appendLine(comparison(found.norm, await run("auto"), await run("oracle")));
  } catch (error) {
    output.appendLine(error instanceof Error ? error.message : String(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
