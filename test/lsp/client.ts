/** An editor by script: starts the server, sends it edits, keeps what it is told, and takes the times of answers. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import type {
  Diagnostic,
  PublishDiagnosticsParams,
  TextDocumentContentChangeEvent,
} from "vscode-languageserver";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { offsetAt, placeAt } from "../../src/tools/lsp/text/ranges.ts";

export interface Client {
  readonly connection: MessageConnection;
  /** The text of a document as the editor has it. */
  readonly text: (uri: string) => string;
  readonly open: (uri: string, text: string) => Promise<void>;
  /** Replaces the first occurrence of a text, and tells the server only that. */
  readonly edit: (uri: string, old: string, text: string) => Promise<void>;
  readonly close: (uri: string) => Promise<void>;
  /** The next diagnostics of a document that are wanted. @throws Error if there are none for long. */
  readonly diagnostics: (
    uri: string,
    isWanted: (found: readonly Diagnostic[]) => boolean,
  ) => Promise<readonly Diagnostic[]>;
  /** A request about the place directly before a text of the document. */
  readonly ask: <T>(method: string, uri: string, before: string, more?: object) => Promise<T>;
  /** Milliseconds by request, and from a change to its diagnostics. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  readonly end: () => Promise<number | null>;
}

/** @param options what the editor says when it starts the server. */
export async function startClient(
  command: readonly string[],
  cwd: string,
  options: object = {},
): Promise<Client> {
  const child = spawn(command[0]!, command.slice(1), { cwd, stdio: ["pipe", "pipe", "inherit"] });
  return connectClient(
    createMessageConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!)),
    options,
    child,
  );
}

export async function connectClient(
  connection: MessageConnection,
  options: object = {},
  child?: ChildProcess,
): Promise<Client> {
  const texts = new Map<string, { version: number; text: string }>();
  const told = new Map<string, readonly Diagnostic[]>();
  const changed = new Map<string, number>();
  const times = new Map<string, number[]>();
  const listeners = new Set<() => void>();
  const time = (what: string, start: number): void => {
    times.set(what, [...(times.get(what) ?? []), performance.now() - start]);
  };
  connection.onNotification(
    "textDocument/publishDiagnostics",
    ({ uri, diagnostics }: PublishDiagnosticsParams) => {
      told.set(uri, diagnostics);
      const start = changed.get(uri);
      if (start !== undefined) time("diagnostics", start);
      changed.delete(uri);
      for (const one of listeners) one();
    },
  );
  connection.onRequest("client/registerCapability", () => null);
  connection.listen();
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    ...options,
  });
  await connection.sendNotification("initialized", {});

  const textOf = (uri: string): string => texts.get(uri)?.text ?? "";
  return {
    connection,
    times,
    text: textOf,
    open: async (uri, text) => {
      texts.set(uri, { version: 1, text });
      changed.set(uri, performance.now());
      const textDocument = { uri, languageId: "norm", version: 1, text };
      await connection.sendNotification("textDocument/didOpen", { textDocument });
    },
    edit: async (uri, old, text) => {
      const before = texts.get(uri)!;
      const start = before.text.indexOf(old);
      if (start < 0) throw new Error(`there is no ${old}`);
      const source = { path: uri, text: before.text };
      const end = start + old.length;
      const change: TextDocumentContentChangeEvent = {
        range: { start: placeAt(source, start), end: placeAt(source, end) },
        text,
      };
      const after = before.text.slice(0, start) + text + before.text.slice(end);
      texts.set(uri, { version: before.version + 1, text: after });
      changed.set(uri, performance.now());
      told.delete(uri);
      const textDocument = { uri, version: before.version + 1 };
      await connection.sendNotification("textDocument/didChange", { textDocument, contentChanges: [change] });
    },
    close: (uri) => connection.sendNotification("textDocument/didClose", { textDocument: { uri } }),
    diagnostics: async (uri, isWanted) => {
      const timeout = new AbortController();
      const late = setTimeout(30_000, "late", { signal: timeout.signal }).catch(() => "");
      try {
        for (;;) {
          const found = told.get(uri);
          if (found !== undefined && isWanted(found)) return found;
          let heard = (): void => {};
          const next = new Promise<string>((resolve) => {
            heard = () => resolve("");
          });
          listeners.add(heard);
          const ended = await Promise.race([next, late]);
          listeners.delete(heard);
          if (ended === "late") throw new Error(`no such diagnostics: ${JSON.stringify(told.get(uri))}`);
        }
      } finally {
        timeout.abort();
      }
    },
    ask: async (method, uri, before, more = {}) => {
      const text = textOf(uri);
      const offset = text.indexOf(before);
      if (offset < 0) throw new Error(`there is no ${before}`);
      const start = performance.now();
      const position = placeAt({ path: uri, text }, offset);
      const answer = await connection.sendRequest(`textDocument/${method}`, {
        textDocument: { uri },
        position,
        ...more,
      });
      time(method, start);
      return answer as never;
    },
    end: async () => {
      await connection.sendRequest("shutdown");
      const ended = new Promise<number | null>((resolve) => {
        if (child === undefined) resolve(0);
        else child.on("exit", resolve);
      });
      await connection.sendNotification("exit");
      const code = await ended;
      connection.dispose();
      return code;
    },
  };
}

/** What an answer shows of a text. */
export function shownText(
  text: string,
  { start, end }: { start: Parameters<typeof offsetAt>[1]; end: Parameters<typeof offsetAt>[1] },
): string {
  const source = { path: "", text };
  return text.slice(offsetAt(source, start), offsetAt(source, end));
}
