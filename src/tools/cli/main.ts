#!/usr/bin/env node
// Nothing is imported before the version is known to do: an older Node would only say what it does not understand.
import module from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`normc needs Node 22.12 or newer: this is Node ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  const { compileCacheFolder } = await import("./files/package.ts");
  module.enableCompileCache(compileCacheFolder());
  const { main } = await import("./commands.ts");
  process.exitCode = await main(process.argv.slice(2));
}
