/** The examples that are projects of their own, with the packed package: built with their scripts, and run. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenPage, openPage } from "../browser/browser.ts";
import { ended, root, temporaryFolder } from "../cli/normc.ts";
import { layOut, tarball } from "../package/tarball.ts";
import { dawnEnvironment } from "../support/plain-dawn.ts";
import { required } from "../support/requirements.ts";

const folder = temporaryFolder();
const example = (name: string): string => join(folder.path, name);

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};
const server = createServer(({ url = "/" }, response) => {
  const path = new URL(url, "http://localhost").pathname;
  const type = types[extname(path)] ?? "application/octet-stream";
  try {
    response.writeHead(200, { "content-type": type }).end(readFileSync(join(folder.path, path)));
  } catch {
    response.writeHead(404).end();
  }
});
let opened: OpenPage | undefined;

beforeAll(async () => {
  for (const name of ["node", "wasm", "esbuild", "onnxruntime"]) {
    cpSync(join(root, "examples", name), example(name), {
      recursive: true,
      filter: (path) => !/[/\\](?:node_modules|dist|generated)$/.test(path),
    });
  }
  await layOut(folder.path);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
}, 120_000);

afterAll(async () => {
  await opened?.close();
  server.close();
  folder[Symbol.dispose]();
}, 60_000);

/** Runs a script of an example as npm does. */
const script = (name: string, words: string, env = process.env) =>
  ended("npm", ["run", "--silent", words], example(name), env);

/** What the page of an example says. Undefined if there is no browser. */
async function shown(name: string, page = "index.html"): Promise<string | null | undefined> {
  const { port } = server.address() as AddressInfo;
  const address = `http://localhost:${port}/${name}/dist/${page}`;
  opened = opened ?? (await openPage("about:blank"));
  if (opened === undefined) return undefined;
  await opened.page.goto(address);
  // The engines of ONNX Runtime have 25 MB, which a loaded machine compiles in half a minute.
  const timeout = 90_000;
  await opened.page.waitForFunction(() => document.body.dataset.state !== "running", undefined, { timeout });
  expect(opened.complaints()).toEqual([]);
  return opened.page.textContent("output");
}

/** What TypeScript says of files of an example, with the types of the packages that are installed in it. */
async function typeErrors(name: string, files: readonly string[]): Promise<string> {
  const compilerOptions = {
    ...{ target: "es2023", lib: ["es2023", "dom"], module: "esnext", moduleResolution: "bundler" },
    ...{ strict: true, noImplicitAny: false, allowJs: true, checkJs: true, noEmit: true, skipLibCheck: true },
    types: [join(root, "node_modules/@webgpu/types")],
  };
  writeFileSync(join(example(name), "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  return (await ended(process.execPath, [tsc, "-p", "."], example(name))).out;
}

/** The number that stands behind a colon. */
const difference = (text: string | null): number => Number(/: ([\d.e+-]+)$/.exec(text ?? "")?.[1]);

test("node: both passes on the GPU", async ({ skip }) => {
  const environment = await dawnEnvironment();
  skip(environment === undefined, "there is no device");
  const built = await script("node", "build");
  expect(built.code, built.err).toBe(0);
  const { code, out, err } = await script("node", "start", environment);
  expect(code, err).toBe(0);
  const { y, d_x } = JSON.parse(out.trim().split("\n").at(-1)!) as Record<string, number>;
  for (const one of [y, d_x]) {
    expect(one).toBeGreaterThan(0);
    expect(one).toBeLessThan(1e-5);
  }
});

test("wasm: both passes on two threads, in one memory", async () => {
  const built = await script("wasm", "build");
  expect(built.code, built.err).toBe(0);
  const { code, out, err } = await script("wasm", "start");
  expect(code, err).toBe(0);
  expect(out).toContain("on 2 threads");
  const { y, d_x } = JSON.parse(out.trim().split("\n").at(-1)!) as Record<string, number>;
  for (const one of [y, d_x]) {
    expect(one).toBeGreaterThan(0);
    expect(one).toBeLessThan(1e-5);
  }
});

test("esbuild: the page of the build", async ({ skip }) => {
  const built = await script("esbuild", "build");
  expect(built.code, built.err).toBe(0);
  const text = await shown("esbuild");
  skip(text === undefined, "there is no browser");
  expect(difference(text!), text!).toBeLessThan(1e-5);
});

/** npm installs this one alone: ONNX Runtime is too large for a development dependency (148 MB). */
test("onnxruntime: buffers go from ONNX Runtime to normc and back", async ({ skip }) => {
  const words = [
    "install",
    "--prefer-offline",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
  ];
  const npm = await ended("npm", [...words, `normc@file:${await tarball()}`], example("onnxruntime"));
  const unreachable = /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ENOTCACHED/.test(npm.err);
  // Where the browser is required, the registry is too.
  skip(unreachable && !required().has("browser"), "npm reaches no registry");
  expect(npm.code, npm.err).toBe(0);
  const checked = await typeErrors("onnxruntime", ["src/page.js", "src/main.js", "src/all-providers.js"]);
  expect(checked).toBe("");
  const built = await script("onnxruntime", "build");
  expect(built.code, built.err).toBe(0);
  for (const page of ["index.html", "all-providers.html"]) {
    const text = await shown("onnxruntime", page);
    skip(text === undefined, "there is no browser");
    // ONNX Runtime's sums of 256 products have errors of their own.
    expect(difference(text!), `${page}: ${text}`).toBeLessThan(1e-4);
  }
}, 180_000);
