/** `normc lsp --stdio`: the language server in Node. */
import { createConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { diskHost } from "./disk.ts";
import { serve } from "./server.ts";

/** Resolves when the editor closes its end. Before that, `exit` of the protocol ends the process. */
export function serveStandardStreams(): Promise<void> {
  const reader = new StreamMessageReader(process.stdin);
  const connection = createConnection(reader, new StreamMessageWriter(process.stdout));
  serve(connection, diskHost);
  return new Promise((resolve) => {
    reader.onClose(() => resolve());
    process.stdin.on("end", () => resolve());
  });
}
