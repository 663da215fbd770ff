/** When diagnostics are told: those of the checker at once, those of trials when nobody types. */
import type { Diagnostic as Shown } from "vscode-languageserver";
import { shownDiagnostics } from "./answers/diagnostics.ts";
import type { KnownFile, Project } from "./project/project.ts";
import { createTrials } from "./project/trials.ts";

/** In milliseconds after the last change. Between two keys of one word there is less. */
const idle = 400;

export interface Publisher {
  /** A text was opened or changed, or a file on the disk. */
  readonly changed: () => void;
  readonly closed: (path: string) => void;
  readonly stop: () => void;
}

export function createPublisher(project: Project, send: (path: string, found: Shown[]) => void): Publisher {
  const trials = createTrials();
  const told = new Map<string, KnownFile>();
  const cold = [...project.host.library()];
  let atOnce: ReturnType<typeof setTimeout> | undefined;
  let later: ReturnType<typeof setTimeout> | undefined;

  const tell = (path: string, file: KnownFile): void => {
    told.set(path, file);
    send(path, shownDiagnostics(project.host, file, trials.warnings(file)));
  };

  /** Several changes that wait together are checked once. What did not change is the same object as before. */
  function check(): void {
    atOnce = undefined;
    for (const path of project.openPaths()) {
      const file = project.file(path);
      if (file !== undefined && told.get(path) !== file) tell(path, file);
    }
    clearTimeout(later);
    later = setTimeout(tryOne, idle);
  }

  /** One norm at a time: a request that comes in between is answered. */
  function tryOne(): void {
    for (const path of project.openPaths()) {
      const file = project.file(path);
      if (file === undefined) continue;
      if (trials.tryNext(file)) {
        if (trials.warnings(file).length > 0) tell(path, file);
        later = setTimeout(tryOne, 0);
        return;
      }
    }
    if (warmUp()) later = setTimeout(tryOne, 0);
  }

  /**
   * Checks one file of the library. The first checks of a process are slow, until its code is compiled: 280, 130 and 50 ms
   * of processor time for 500 lines, 20 to 30 later. Nobody should wait for that at a key.
   */
  function warmUp(): boolean {
    const next = cold.pop();
    if (next !== undefined) project.file(next.path);
    return next !== undefined;
  }

  return {
    changed: () => {
      clearTimeout(later);
      atOnce ??= setTimeout(check, 0);
    },
    closed: (path) => {
      told.delete(path);
      send(path, []);
    },
    stop: () => {
      clearTimeout(atOnce);
      clearTimeout(later);
    },
  };
}
