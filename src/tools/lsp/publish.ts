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

/** @param failed is told of a defect. The server lives on: the other files are right. */
export function createPublisher(
  project: Project,
  send: (path: string, found: Shown[]) => void,
  failed: (error: unknown) => void,
): Publisher {
  const trials = createTrials();
  const told = new Map<string, KnownFile>();
  const cold = [...project.host.library()];
  let atOnce: ReturnType<typeof setTimeout> | undefined;
  let later: ReturnType<typeof setTimeout> | undefined;

  const guarded = <T>(run: () => T): T | undefined => {
    try {
      return run();
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
  const tell = (path: string, file: KnownFile): void => {
    told.set(path, file);
    send(path, shownDiagnostics(project.host, file, trials.warnings(file)));
  };

  /** Several changes that wait together are checked once. What did not change is the same object as before. */
  function check(): void {
    atOnce = undefined;
    for (const path of project.openPaths()) {
      guarded(() => {
        const file = project.file(path);
        if (file !== undefined && told.get(path) !== file) tell(path, file);
      });
    }
    clearTimeout(later);
    later = setTimeout(rest, idle);
  }

  /** One step at a time: a request that comes in between is answered. */
  function rest(): void {
    if (guarded(() => tryOne() || warmUp()) === true) later = setTimeout(rest, 0);
  }

  /** Tries one norm. False if all were tried. */
  function tryOne(): boolean {
    for (const path of project.openPaths()) {
      const file = project.file(path);
      if (file === undefined || !trials.tryNext(file)) continue;
      if (trials.warnings(file).length > 0) tell(path, file);
      return true;
    }
    return false;
  }

  /**
   * Checks one file of the library. The first check of a process takes 300 ms of processor time for 500 lines, until its
   * code is compiled; after this one it takes 100, and soon 20 to 30.
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
