/** The editor's side of the language server, which listens on a port of the compiler's worker. */
import { LSPClient, languageServerExtensions, type Transport } from "@codemirror/lsp-client";
import type { Diagnostic } from "vscode-languageserver-protocol";
import { languages } from "./languages.ts";
import { plainHtml } from "./plain-html.ts";

/** A mistake, as the list below the editor shows it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly severity: "error" | "warning";
  /** Both from 0. */
  readonly line: number;
  readonly character: number;
}

export function connectServer(
  port: MessagePort,
  found: (uri: string, problems: readonly Problem[]) => void,
): LSPClient {
  const client = new LSPClient({
    // The worker of a slow machine takes seconds to start.
    timeout: 60_000,
    sanitizeHTML: plainHtml,
    highlightLanguage: (name) => (name === "norm" ? languages.norm : null),
    notificationHandlers: {
      "textDocument/publishDiagnostics": (_, params: { uri: string; diagnostics: readonly Diagnostic[] }) => {
        found(params.uri, params.diagnostics.map(problemOf));
        // The editor marks them too.
        return false;
      },
    },
    extensions: languageServerExtensions(),
  });
  return client.connect(transportOver(port));
}

function problemOf({ code, message, severity, range }: Diagnostic): Problem {
  return {
    code: String(code ?? ""),
    message: typeof message === "string" ? message : message.value,
    severity: severity === 1 ? "error" : "warning",
    line: range.start.line,
    character: range.start.character,
  };
}

/** The client speaks JSON as text, the server's port takes objects. */
function transportOver(port: MessagePort): Transport {
  const handlers = new Set<(message: string) => void>();
  port.addEventListener("message", ({ data }) => {
    const text = JSON.stringify(data);
    for (const one of handlers) one(text);
  });
  port.start();
  return {
    send: (message) => port.postMessage(JSON.parse(message)),
    subscribe: (handler) => void handlers.add(handler),
    unsubscribe: (handler) => void handlers.delete(handler),
  };
}
