// Packs the extension for VS Code: the server and the client in one file each, the library, and a manifest. A .vsix is a zip.
// `vsce` would do it too, with 30 packages more, some of them native.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { zipSync } from "fflate";

const root = fileURLToPath(new URL("..", import.meta.url));
const extension = join(root, "editors/vscode");

/** Files of the extension that are packed as they are. */
const asTheyAre = [
  "package.json",
  "README.md",
  "language-configuration.json",
  "snippets/norm.json",
  "syntaxes/norm.tmLanguage.json",
  "syntaxes/markdown.tmLanguage.json",
];

const shared: BuildOptions & { readonly write: false } = {
  bundle: true,
  write: false,
  platform: "node",
  // The Node of VS Code 1.100.
  target: "node20",
  minify: true,
  conditions: ["source"],
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: root,
};

/** Packages of Node's older kind call `require`. */
const requireForModules =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

async function bundles(): Promise<Record<string, Uint8Array>> {
  const server = await build({
    ...shared,
    stdin: {
      contents: `import { serveStandardStreams } from "./src/tools/lsp/node.ts";
await serveStandardStreams();
process.exit(0);`,
      resolveDir: root,
      loader: "ts",
    },
    format: "esm",
    banner: { js: requireForModules },
  });
  const client = await build({
    ...shared,
    entryPoints: ["editors/vscode/src/extension.ts"],
    format: "cjs",
    external: ["vscode"],
  });
  const [serverFile] = server.outputFiles;
  const [clientFile] = client.outputFiles;
  return { "dist/server.mjs": serverFile!.contents, "dist/extension.cjs": clientFile!.contents };
}

interface Manifest {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly version: string;
  readonly publisher: string;
  readonly engines: { readonly vscode: string };
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
}

/** What the marketplace and the editor read first. */
function manifestOf(manifest: Manifest): string {
  const { name, displayName, description, version, publisher, engines, categories, keywords } = manifest;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}" />
    <DisplayName>${displayName}</DisplayName>
    <Description xml:space="preserve">${description}</Description>
    <Tags>${keywords.join(",")}</Tags>
    <Categories>${categories.join(",")}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${engines.vscode}" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace" />
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code" />
  </Installation>
  <Dependencies />
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true" />
  </Assets>
</PackageManifest>
`;
}

const types = { json: "application/json", cjs: "application/javascript", mjs: "application/javascript" };
const plain = { md: "text/markdown", txt: "text/plain", norm: "text/plain", vsixmanifest: "text/xml" };
const contentTypes = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${Object.entries({
  ...types,
  ...plain,
})
  .map(([ending, type]) => `<Default Extension=".${ending}" ContentType="${type}" />`)
  .join("")}</Types>
`;

/** The files of the package, by path. */
export async function vsixFiles(): Promise<Record<string, Uint8Array>> {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const own: Manifest = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"));
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // The extension has the version of the compiler that is in it.
  const manifest = { ...own, version };
  const library = readdirSync(join(root, "library")).map((name) => `library/${name}`);
  const files: Record<string, Uint8Array> = Object.fromEntries([
    ...asTheyAre.map((name) => [name, readFileSync(join(extension, name))]),
    ...library.map((name) => [name, readFileSync(join(root, name))]),
    ...Object.entries(await bundles()),
    ["LICENSE.txt", readFileSync(join(root, "LICENSE"))],
    ["package.json", text(`${JSON.stringify(manifest, undefined, 2)}\n`)],
  ]);
  return {
    "extension.vsixmanifest": text(manifestOf(manifest)),
    "[Content_Types].xml": text(contentTypes),
    ...Object.fromEntries(
      Object.entries(files).map(([name, content]) => [`extension/${name}`, new Uint8Array(content)]),
    ),
  };
}

/** Packs them; the same files give the same bytes. */
export function packVsix(files: Record<string, Uint8Array>): Uint8Array {
  return zipSync(files, { level: 9, mtime: new Date("2020-01-01T00:00:00") });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = resolve(process.argv[2] ?? join(root, "dist/normc.vsix"));
  const packed = packVsix(await vsixFiles());
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, packed);
  process.stdout.write(`${out}: ${(packed.length / 1000).toFixed(0)} kB\n`);
}
