/** The server as one script for a worker: bundled for browsers, it speaks over a port and needs nothing of Node. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import type { CompletionItem, Hover, Location } from "vscode-languageserver";
import { createMessageConnection, PortMessageReader, PortMessageWriter } from "vscode-languageserver/node";
import type { serveInPage } from "../../src/tools/lsp/browser.ts";
import { temporaryFolder } from "../cli/normc.ts";
import { libraryFiles, librarySource } from "../support/library.ts";
import { connectClient } from "./client.ts";

const library = new Map(libraryFiles().map((name) => [name, librarySource(name).text]));

test("in a page", { timeout: 60_000 }, async () => {
  using folder = temporaryFolder();
  const bundle = await rolldown({
    input: fileURLToPath(new URL("../../src/tools/lsp/browser.ts", import.meta.url)),
    platform: "browser",
    onLog(_, { code, message }) {
      if (code === "UNRESOLVED_IMPORT") throw new Error(message);
    },
  });
  const { output } = await bundle.generate({ format: "es", minify: true, codeSplitting: false });
  await bundle.close();
  expect(output).toHaveLength(1);
  const [{ code }] = output;
  expect(code).not.toMatch(/from ?"node:|require\("/);
  console.log(`the server for a worker: ${(gzipSync(code).byteLength / 1000).toFixed(0)} kB, compressed`);
  const file = join(folder.path, "server.mjs");
  writeFileSync(file, code);

  const { port1, port2 } = new MessageChannel();
  const served = (await import(pathToFileURL(file).href)) as { serveInPage: typeof serveInPage };
  // A port of Node has what the server uses of one in a page.
  served.serveInPage(port1 as unknown as MessagePort, library);
  const client = await connectClient(
    createMessageConnection(new PortMessageReader(port2), new PortMessageWriter(port2)),
  );
  const uri = "memory:/page/mine.norm";
  const text =
    'import { Softmax } from "normc/library/softmax.norm"\nnorm A {\n  axes ...N, D\n  input x[...N, D]\n  y = Softmax(x) + z\n  output y\n}\n';
  await client.open(uri, text);
  const [found] = await client.diagnostics(uri, (all) => all.length > 0);
  expect(found).toMatchObject({ code: "N201", range: { start: { line: 4 } } });
  await client.edit(uri, " + z", "");
  await client.diagnostics(uri, (all) => all.length === 0);
  const { contents } = await client.ask<Hover>("hover", uri, "x)");
  expect(contents).toMatchObject({ value: expect.stringContaining("input x[...N, D]") });
  const [place] = await client.ask<Location[]>("definition", uri, "Softmax(x)");
  expect(place?.uri).toBe("normc-library:/normc/library/softmax.norm");
  const items = await client.ask<CompletionItem[]>("completion", uri, "Softmax(x)");
  expect(items.map((one) => one.label)).toEqual(
    expect.arrayContaining(["Softmax", "GroupNorm", "x", "mean"]),
  );
  await client.open(uri.replace("mine", "other"), 'import { A } from "./mine.norm"\nfn f(v) = v');
  await client.diagnostics(uri.replace("mine", "other"), (all) => all.length === 0);
  client.connection.dispose();
  port1.close();
  port2.close();
});
