/** A session of edits over the protocol, with `normc lsp --stdio` in a process of its own. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type {
  CodeAction,
  CompletionItem,
  DocumentSymbol,
  Hover,
  InlayHint,
  Location,
  SemanticTokens,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver";
import { normc, root, temporaryFolder } from "../cli/normc.ts";
import { type Client, shownText, startClient } from "./client.ts";
import { caller, groups } from "./project.ts";

const folder = temporaryFolder();
const uriOf = (name: string): string => pathToFileURL(join(folder.path, name)).href;
const user = uriOf("user.norm");
const long = uriOf("long.norm");

/** 500 lines of the library, without imports. */
const many = [
  "ada_norm",
  "batch_norm",
  "batch_renorm",
  "dynamic_tanh",
  "evo_norm",
  "filter_response_norm",
  "ghost_batch_norm",
  "global_response_norm",
  "group_norm",
  "instance_norm",
  "layer_norm",
  "local_response_norm",
  "masked_norm",
  "partial_statistics",
  "rms_norm",
  "softmax",
  "switchable_norm",
  "vector_norm",
]
  .map((name) => readFileSync(join(root, `library/${name}.norm`), "utf8"))
  .join("");
const missing = 500 - many.split("\n").length;
const fiveHundredLines = `${"// a line\n".repeat(Math.max(0, missing))}${many}`;

let client: Client;
beforeAll(async () => {
  mkdirSync(join(folder.path, "sub"));
  writeFileSync(join(folder.path, "package.json"), "{}");
  writeFileSync(join(folder.path, "g.norm"), groups);
  writeFileSync(join(folder.path, "sub/other.norm"), caller.replace("./g.norm", "../g.norm"));
  const command = [process.execPath, "--conditions=source", "--disable-warning=ExperimentalWarning"];
  client = await startClient([...command, join(root, "scripts/normc.mjs"), "lsp", "--stdio"], folder.path, {
    workspaceFolders: [{ uri: pathToFileURL(folder.path).href, name: "test" }],
    capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } } } },
  });
}, 60_000);
afterAll(() => folder[Symbol.dispose]());

const none = (found: readonly unknown[]): boolean => found.length === 0;
const codes =
  (...wanted: readonly string[]) =>
  (found: readonly { code?: number | string }[]): boolean =>
    found.map((one) => one.code).join() === wanted.join();

test("a file is opened, spoilt and mended", async () => {
  await client.open(user, caller);
  await client.diagnostics(user, none);
  await client.edit(user, "twice(x)", "twicee(x)");
  const [found] = await client.diagnostics(user, codes("N201"));
  expect(shownText(client.text(user), found!.range)).toBe("twicee");
  const range = found!.range;
  const actions = await client.ask<CodeAction[]>("codeAction", user, "twicee", {
    range,
    context: { diagnostics: [found] },
  });
  const [edit] = actions[0]?.edit?.changes?.[user] ?? [];
  expect([actions[0]?.title, edit?.newText]).toEqual(["did you mean `twice`?", "twice"]);
  await client.edit(user, "twicee", edit!.newText);
  await client.diagnostics(user, none);
});

test("a word is typed letter by letter, and completed", async () => {
  await client.edit(user, "  output y", "  z = \n  output y");
  let typed = "z = ";
  for (const letter of "stand") {
    await client.edit(user, typed, `${typed}${letter}`);
    typed += letter;
  }
  const items = await client.ask<CompletionItem[]>("completion", user, "\n  output y");
  const item = items.find((one) => one.label === "standardize");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: places of a snippet
  expect(item?.textEdit).toMatchObject({ newText: "standardize(${1:x} over ${2:A}; ${3:eps})" });
  expect(items.map((one) => one.label)).toEqual(
    expect.arrayContaining(["x", "h", "Two", "relu", "LayerNorm"]),
  );
  await client.edit(user, typed, "z = standardize(x over C; h)");
  await client.edit(user, "output y", "output y, z");
  await client.diagnostics(user, none);
});

test("hover, definition, references and symbols", async () => {
  const { contents } = await client.ask<Hover>("hover", user, "Two(twice");
  expect(contents).toMatchObject({ value: expect.stringContaining("mu = mean(x over K, ...S)") });
  const [found] = await client.ask<Location[]>("definition", user, "Two(twice");
  expect(found).toMatchObject({ uri: uriOf("g.norm"), range: { start: { line: 3 } } });
  const all = await client.ask<Location[]>("references", user, "eps = 2", {
    context: { includeDeclaration: true },
  });
  expect(new Set(all.map((one) => one.uri))).toEqual(
    new Set([uriOf("g.norm"), user, uriOf("sub/other.norm")]),
  );
  const [norm] = await client.ask<DocumentSymbol[]>("documentSymbol", user, "norm A");
  expect(norm?.children?.map((one) => one.name)).toEqual(["N", "C", "h", "x", "y", "z"]);
});

test("an imported file changes under the one that imports it", async () => {
  const uri = uriOf("g.norm");
  await client.open(uri, groups);
  await client.edit(uri, "fn twice(v)", "fn double(v)");
  await client.diagnostics(uri, codes("N201"));
  const found = await client.diagnostics(user, (all) => all.some((one) => one.code === "N203"));
  expect(shownText(client.text(user), found.find((one) => one.code === "N203")!.range)).toBe("twice");
  await client.edit(uri, "fn double(v)", "fn twice(v)");
  await client.diagnostics(user, none);
  await client.close(uri);
});

test("rename, format, folding, hints, tokens", async () => {
  const { changes } = await client.ask<WorkspaceEdit>("rename", user, "eps = 2", { newName: "epsilon" });
  expect(Object.keys(changes ?? {}).sort()).toEqual([uriOf("g.norm"), uriOf("sub/other.norm"), user].sort());
  await expect(client.ask("rename", user, "eps = 2", { newName: "over" })).rejects.toThrow("is a keyword");
  await client.edit(user, "axes   N, C", "axes N,C");
  const [edit] = await client.ask<TextEdit[]>("formatting", user, "norm A", { options: {} });
  expect(edit?.newText).toBe("  N, ");
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
  const hints = await client.ask<InlayHint[]>("inlayHint", user, "norm A", { range });
  expect(hints.map((one) => one.label)).toEqual(["[N, C]", "[N, C]"]);
  const { data } = await client.ask<SemanticTokens>("semanticTokens/full", user, "norm A");
  expect(data.length % 5).toBe(0);
  const folded = await client.ask<object[]>("foldingRange", user, "norm A");
  expect(folded).toHaveLength(1);
  await client.connection.sendNotification("workspace/didChangeConfiguration", {
    settings: { normc: { inlayHints: false } },
  });
  expect(await client.ask("inlayHint", user, "norm A", { range })).toEqual([]);
});

test("a warning that needs a trial comes when nobody types", async () => {
  const uri = uriOf("lossy.norm");
  const text =
    "norm Lossy {\n  axes   N, D\n  input  a[N, D], b[N, D]\n\n  y = sqrt(mean(a^2 over D)) - sqrt(mean(b^2 over D))\n\n  output y\n}\n";
  await client.open(uri, text);
  await client.diagnostics(uri, none);
  await client.diagnostics(uri, codes("N440"));
  await client.close(uri);
});

test("the commands of an editor", async () => {
  const about = { textDocument: { uri: user }, position: { line: 3, character: 0 } };
  expect(await client.connection.sendRequest("normc/explain", about)).toMatchObject({
    norm: "A",
    text: expect.stringMatching(/Kernels: 2, so 2 dispatches\n {2}scratch_\d+\n {4}reads x/),
  });
  const sample = await client.connection.sendRequest<{ norm: string; feeds: object }>(
    "normc/sampleCase",
    about,
  );
  writeFileSync(join(folder.path, "feeds.json"), JSON.stringify(sample.feeds));
  writeFileSync(join(folder.path, "user.norm"), client.text(user));
  const words = ["run", "user.norm#A", "--feeds", "feeds.json", "--backend", "oracle"];
  const { code, out, err } = await normc(words, folder.path);
  expect(code, err).toBe(0);
  expect(Object.keys(JSON.parse(out).outputs)).toEqual(["y", "z"]);
});

test("a link has the name of the link", async () => {
  symlinkSync(join(folder.path, "g.norm"), join(folder.path, "link.norm"));
  const uri = uriOf("link.norm");
  await client.open(uri, groups);
  await client.diagnostics(uri, none);
  const [place] = await client.ask<Location[]>("definition", uri, "mu) *");
  expect(place?.uri).toBe(uri);
  const { changes } = await client.ask<WorkspaceEdit>("rename", uri, "mu) *", { newName: "average" });
  expect(Object.keys(changes ?? {})).toEqual([uri]);
  await client.close(uri);
});

test("a text that is no spec is left alone", async () => {
  const textDocument = { uri: uriOf("notes.txt"), languageId: "plaintext", version: 1, text: "not a norm {" };
  await client.connection.sendNotification("textDocument/didOpen", { textDocument });
  const asked = { textDocument: { uri: textDocument.uri }, position: { line: 0, character: 6 } };
  expect(await client.connection.sendRequest("textDocument/hover", asked)).toBeNull();
  expect(
    await client.connection.sendRequest("textDocument/formatting", { ...asked, options: {} }),
  ).toBeNull();
});

test("keys in a file of 500 lines", async () => {
  const text = fiveHundredLines;
  expect(text.split("\n").length).toBeGreaterThanOrEqual(500);
  await client.open(long, text);
  await client.diagnostics(long, none);
  let word = "mean(x over N, ...S)";
  for (let i = 0; i < 12; i++) {
    const next = word.slice(0, -1);
    await client.edit(long, word, next);
    word = next;
    await client.diagnostics(long, (found) => found.length > 0);
    await client.ask("completion", long, word);
    await client.ask("hover", long, "x over");
  }
  await client.edit(long, word, "mean(x over N, ...S)");
  await client.diagnostics(long, none);
});

test("it ends when it is told to", async () => {
  expect(await client.end()).toBe(0);
  const median = (all: readonly number[]): string =>
    all.toSorted((a, b) => a - b)[all.length >> 1]!.toFixed(1);
  const lines = [...client.times].map(
    ([what, all]) => `${what.padEnd(20)} ${median(all).padStart(7)} ms (${all.length})`,
  );
  console.log(`medians\n${lines.join("\n")}`);
});
