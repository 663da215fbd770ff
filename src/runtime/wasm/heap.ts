/**
 * Memory that norms lie in: memories of ours, which norms share, or one of the user's. A memory for each norm would be
 * simpler, but an engine reserves gigabytes of addresses for each, and a model has hundreds of norms.
 */
import { NormError, shownValue } from "../shapes/errors.ts";

/** A range of a memory, in bytes. */
export interface Region {
  readonly at: number;
  readonly bytes: number;
}

export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** The modules that run in it. */
  readonly instances: Map<WebAssembly.Module, WebAssembly.Instance>;
  /** Called, each once, when nothing lies in it any more. */
  readonly onEmpty: (() => void)[];
  /** Takes a range that begins at a multiple of 64. Undefined if the memory cannot grow by as much. */
  take(bytes: number): Region | undefined;
  give(region: Region): void;
}

const pageBytes = 65_536;
const mostPages = 65_536;

/** Ranges begin at lines of the cache, so that threads do not write into each other's. */
const lineBytes = 64;

/** Memories of ours that norms lie in. */
const ours = new Set<Heap>();

/** Memories of users, in which only pages are taken that are added for it. */
const theirs = new WeakMap<WebAssembly.Memory, Heap>();

export function isShared({ buffer }: WebAssembly.Memory): boolean {
  // In a page that is not isolated there is no `SharedArrayBuffer` to compare with.
  return !(buffer instanceof ArrayBuffer);
}

/**
 * Takes a range for a norm.
 * @param memory the user's. Without one it lies in a memory of ours, which is collected once nothing lies in it.
 * @throws NormError N540 if no memory can hold it.
 */
export function takeRegion(
  norm: string,
  bytes: number,
  memory: WebAssembly.Memory | undefined,
  shared: boolean,
): { readonly heap: Heap; readonly region: Region } {
  const refusal = (): NormError => {
    const had =
      memory === undefined ? "" : `, and yours has ${memory.buffer.byteLength} and cannot grow by as much`;
    return new NormError(
      "N540",
      `${norm} needs ${bytes} bytes: a memory holds at most ${pageBytes * mostPages}${had}`,
    );
  };
  const from = (heap: Heap): { readonly heap: Heap; readonly region: Region } | undefined => {
    const region = heap.take(bytes);
    return region && { heap, region };
  };
  if (memory !== undefined) {
    if (!(memory instanceof WebAssembly.Memory)) {
      throw new NormError("N543", `memory: expected a WebAssembly.Memory, given ${shownValue(memory)}`);
    }
    const heap = theirs.get(memory) ?? openHeap(memory);
    theirs.set(memory, heap);
    const taken = from(heap);
    if (taken === undefined) throw refusal();
    return taken;
  }
  for (const heap of ours) {
    const taken = isShared(heap.memory) === shared ? from(heap) : undefined;
    if (taken !== undefined) return taken;
  }
  const own = newMemory(shared);
  const heap = openHeap(own);
  const taken = from(heap);
  if (taken === undefined) throw refusal();
  ours.add(heap);
  heap.onEmpty.push(() => ours.delete(heap));
  return taken;
}

/**
 * Some engines set aside all that a shared memory may grow to, and have less than 4 GiB.
 * @throws RangeError if there is none at all.
 */
function newMemory(shared: boolean): WebAssembly.Memory {
  for (let maximum = mostPages; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory(shared ? { initial: 0, maximum, shared } : { initial: 0 });
    } catch (error) {
      if (!shared || maximum < 1024) throw error;
    }
  }
}

function openHeap(memory: WebAssembly.Memory): Heap {
  /** In the order of addresses; two never touch. */
  const free: Region[] = [];
  let norms = 0;
  const onEmpty: (() => void)[] = [];

  function put({ at, bytes }: Region): void {
    const place = free.findIndex((one) => one.at > at);
    const i = place < 0 ? free.length : place;
    const [before, after] = [free[i - 1], free[i]];
    const joins = before !== undefined && before.at + before.bytes === at;
    const start = joins ? before.at : at;
    const meets = after !== undefined && at + bytes === after.at;
    const end = meets ? after.at + after.bytes : at + bytes;
    free.splice(joins ? i - 1 : i, Number(joins) + Number(meets), { at: start, bytes: end - start });
  }

  /** Adds pages. Whoever else grows the memory keeps what it added. */
  function grow(bytes: number): boolean {
    const last = free.at(-1);
    const open = last !== undefined && last.at + last.bytes === memory.buffer.byteLength ? last.bytes : 0;
    const pages = Math.ceil((bytes - open) / pageBytes);
    try {
      put({ at: memory.grow(pages) * pageBytes, bytes: pages * pageBytes });
      return true;
    } catch {
      return false;
    }
  }

  return {
    memory,
    instances: new Map(),
    onEmpty,
    take(wanted) {
      const bytes = Math.ceil(wanted / lineBytes) * lineBytes;
      const find = (): number => free.findIndex((one) => one.bytes >= bytes);
      if (find() < 0 && !grow(bytes)) return undefined;
      const i = find();
      // Another thread can have grown it between.
      if (i < 0) return undefined;
      const found = free[i]!;
      free.splice(
        i,
        1,
        ...(found.bytes > bytes ? [{ at: found.at + bytes, bytes: found.bytes - bytes }] : []),
      );
      norms++;
      return { at: found.at, bytes };
    },
    give(region) {
      put(region);
      norms--;
      if (norms === 0) for (const end of onEmpty.splice(0)) end();
    },
  };
}
