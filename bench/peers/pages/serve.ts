/** Serves the page of the peers that live in a browser, on this machine alone. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/** A page and its workers get shared memory only with these headers. */
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';

/** @returns the address of the page. */
export async function servePeers({ isolated }: { readonly isolated: boolean }): Promise<string> {
  const bundled = await bundle();
  const server = createServer(({ url = "/" }, response) => {
    const path = new URL(url, "http://localhost").pathname;
    const body = path === "/" ? html : (bundled.get(path) ?? packaged(path));
    const type = types[extname(path) || ".html"] ?? "application/octet-stream";
    response
      .writeHead(body === undefined ? 404 : 200, { "content-type": type, ...(isolated ? isolation : {}) })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

/** WebAssembly and workers, which the packages load by themselves: `/packages/NAME/…`. */
function packaged(path: string): Buffer | undefined {
  const inside = path.replace(/^\/packages\//, "");
  if (inside === path || inside.includes("..")) return undefined;
  const file = fileURLToPath(new URL(`../node_modules/${inside}`, import.meta.url));
  return existsSync(file) ? readFileSync(file) : undefined;
}

async function bundle(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    outdir: "/",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    write: false,
    logLevel: "error",
    // Only gpu.js's processor kernels would need it, in Node.
    external: ["worker_threads"],
    conditions: ["source"],
  });
  return new Map(outputFiles.map(({ path, contents }) => [path, contents]));
}
