/** TypeScript 5.9 as a library. It has no command of its own here, which would stand in the place of TypeScript 7's. */
import { getLibFiles, ts } from "ts-5";

const libFolder = "/typescript-5-lib";
const libs = new Map<string, string>(getLibFiles().map((one) => [`${libFolder}/${one.fileName}`, one.text]));
/** They take longest to parse. */
const parsedLibs = new Map<string, ts.SourceFile>();

export const version = ts.version;

/** What `tsc -p` would say of a project. */
export function diagnose(configPath: string): string[] {
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const folder = configPath.replace(/\/[^/]*$/, "");
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = ts.createCompilerHost(parsed.options);
  const own: ts.CompilerHost = {
    ...host,
    getDefaultLibLocation: () => libFolder,
    getDefaultLibFileName: (options) => `${libFolder}/${ts.getDefaultLibFileName(options)}`,
    fileExists: (path) => libs.has(path) || host.fileExists(path),
    readFile: (path) => libs.get(path) ?? host.readFile(path),
    getSourceFile: (path, target) => {
      const text = libs.get(path);
      if (text === undefined) return host.getSourceFile(path, target);
      const known = parsedLibs.get(path) ?? ts.createSourceFile(path, text, target);
      parsedLibs.set(path, known);
      return known;
    },
  };
  const program = ts.createProgram(parsed.fileNames, parsed.options, own);
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const message = ts.flattenDiagnosticMessageText(one.messageText, "\n");
    const line = one.file?.getLineAndCharacterOfPosition(one.start ?? 0).line;
    return `${one.file?.fileName.replace(/^.*\//, "")}:${line === undefined ? "?" : line + 1}: TS${one.code}: ${message}`;
  });
}
