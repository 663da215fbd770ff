/** `npm run example:browser`: bundles the page in memory, serves it, and says where. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Served, servePage } from "./serve.ts";

export function serveExample(port?: number): Promise<Served> {
  const html = readFileSync(new URL("index.html", import.meta.url), "utf8");
  return servePage(html, fileURLToPath(new URL("main.ts", import.meta.url)), port);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serveExample(Number(process.argv[2] ?? 8080)).catch((error: Error) => {
    process.stderr.write(`${error.message}; another port: npm run example:browser -- 8081\n`);
    process.exit(1);
  });
  process.stdout.write(`${address} (Ctrl+C ends it)\n`);
}
