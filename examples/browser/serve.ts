/** Bundles pages in memory and serves them on this machine alone. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { rolldown } from "rolldown";

export interface Served {
  /** Of the page, on localhost: a secure context, as WebGPU wants it. */
  readonly address: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/**
 * Serves a page and the scripts of `entry`, which the page loads as `main.js`.
 * @param port any free one where it is 0.
 */
export async function servePage(html: string, entry: string, port = 0): Promise<Served> {
  const files = new Map([["/", html], ...(await bundle(entry))]);
  const server = createServer(({ url = "/" }, response) => {
    const path = new URL(url, "http://localhost").pathname;
    const body = files.get(path);
    const type = types[extname(path) || ".html"] ?? "text/plain";
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type }).end(body);
  });
  await listening(server, port);
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What is imported on demand (backward passes, texts for some devices) becomes a file of its own. */
async function bundle(entry: string): Promise<(readonly [string, string])[]> {
  const made = await rolldown({
    input: { main: entry },
    platform: "browser",
    moduleTypes: { ".norm": "text" },
    resolve: { conditionNames: ["source", "browser", "import", "module", "default"] },
  });
  const { output } = await made.generate({ format: "es" });
  await made.close();
  return output.flatMap((one) => (one.type === "chunk" ? [[`/${one.fileName}`, one.code] as const] : []));
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
