import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../cli/normc.ts";

const runFile = promisify(execFile);

/** What TypeScript, under strict, says of a use of generated modules that lie in a folder, in either language. */
export async function typeErrors(folder: string, usage: string, language = "ts"): Promise<string> {
  const text = readFileSync(join(root, "test/bindings", usage), "utf8");
  writeFileSync(join(folder, "usage.ts"), text.replaceAll(/(?<=from ".*)\.ts"/g, `.${language}"`));
  const compilerOptions = {
    target: "es2023",
    lib: ["es2023", "dom"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    noUnusedLocals: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [join(root, "node_modules/@webgpu/types")],
  };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["usage.ts"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await runFile(process.execPath, [tsc, "-p", folder]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}
