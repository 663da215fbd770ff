/** What the language server asks of its surroundings: of the disk in Node, of a list of texts in a page. */
import type { OutsideProject } from "../../../language/check/modules/modules.ts";
import type { Source } from "../../../language/diagnostics/diagnostic.ts";

export interface Host {
  /** The path of a document: the same one for every URI of a file. Diagnostics and symbols know files by it. */
  readonly pathOf: (uri: string) => string;
  readonly uriOf: (path: string) => string;
  /** The path of an imported file, wherever its text comes from. Undefined if there is no such file. */
  readonly resolve: (specifier: string, from: string) => string | OutsideProject | undefined;
  /** A file that is not open in the editor. While it does not change, the same object. Undefined if it cannot be read. */
  readonly read: (path: string) => Source | undefined;
  /** The paths of all specs of the workspace. */
  readonly specs: () => readonly string[];
  /** How a file of the workspace imports another one: `./base.norm`. */
  readonly specifier: (path: string, from: string) => string;
  /** The specs that ship with normc. */
  readonly library: () => readonly LibraryFile[];
}

export interface LibraryFile {
  /** `normc/library/group_norm.norm` */
  readonly specifier: string;
  readonly path: string;
}

export function isShipped(host: Host, path: string): boolean {
  return host.library().some((one) => one.path === path);
}
