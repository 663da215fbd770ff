/**
 * Memory that norms lie in: memories of ours, which norms share, or one of the user's. A memory for each norm would be
 * simpler, but an engine reserves gigabytes of addresses for each, and a model has hundreds of norms.
 */

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

/** A range and where it is. */
export interface Taken {
  readonly heap: Heap;
  readonly region: Region;
}

const pageBytes = 65_536;

/** Ranges begin at lines of the cache, so that threads do not write into each other's. */
const lineBytes = 64;

/** Undefined where the machine has none. */
export type MakeMemory = () => WebAssembly.Memory | undefined;

/** Heaps in memories of ours. */
export const ours = new Set<Heap>();

export function isShared({ buffer }: WebAssembly.Memory): boolean {
  // In a page that is not isolated there is no `SharedArrayBuffer` to compare with.
  return !(buffer instanceof ArrayBuffer);
}

/**
 * Takes a range for a norm. Undefined if no memory can hold it.
 * @param theirs the user's memory. Without one the norm lies in a memory of ours, which is collected once nothing lies in it.
 * @param makeShared makes a memory that threads share. Without it the norm has one thread.
 */
export function takeRegion(
  bytes: number,
  theirs: Heap | undefined,
  makeShared: MakeMemory | undefined,
): Taken | undefined {
  const take = (heap: Heap): Taken | undefined => {
    const region = heap.take(bytes);
    return region && { heap, region };
  };
  if (theirs !== undefined) return take(theirs);
  for (const heap of ours) {
    const taken = isShared(heap.memory) === (makeShared !== undefined) ? take(heap) : undefined;
    if (taken !== undefined) return taken;
  }
  const memory = (makeShared ?? makeMemory)();
  const heap = memory && openHeap(memory);
  const taken = heap && take(heap);
  if (heap !== undefined && taken !== undefined) {
    ours.add(heap);
    heap.onEmpty.push(() => ours.delete(heap));
  }
  return taken;
}

function makeMemory(): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: 0 });
  } catch {
    return undefined;
  }
}

/** A heap takes only pages that are added for it: what is in the memory already belongs to somebody. */
export function openHeap(memory: WebAssembly.Memory): Heap {
  /** In the order of addresses; two never touch. */
  const free: Region[] = [];
  const onEmpty: (() => void)[] = [];
  let norms = 0;

  function put(region: Region): void {
    free.push(region);
    free.sort((a, b) => a.at - b.at);
    for (let i = free.length - 1; i > 0; i--) {
      const { at, bytes } = free[i - 1]!;
      if (at + bytes === free[i]!.at) free.splice(i - 1, 2, { at, bytes: bytes + free[i]!.bytes });
    }
  }

  /** Adds pages. Whoever else grows the memory keeps what it added. */
  function grow(bytes: number): void {
    const last = free.at(-1);
    const open = last !== undefined && last.at + last.bytes === memory.buffer.byteLength ? last.bytes : 0;
    const pages = Math.ceil((bytes - open) / pageBytes);
    put({ at: memory.grow(pages) * pageBytes, bytes: pages * pageBytes });
  }

  return {
    memory,
    instances: new Map(),
    onEmpty,
    take(wanted) {
      const bytes = Math.ceil(wanted / lineBytes) * lineBytes;
      const find = (): number => free.findIndex((one) => one.bytes >= bytes);
      try {
        if (find() < 0) grow(bytes);
      } catch {
        return undefined;
      }
      const i = find();
      // Somebody else can have grown it between.
      if (i < 0) return undefined;
      const { at, bytes: all } = free[i]!;
      free.splice(i, 1, ...(all > bytes ? [{ at: at + bytes, bytes: all - bytes }] : []));
      norms++;
      return { at, bytes };
    },
    give(region) {
      put(region);
      norms--;
      if (norms === 0) for (const end of onEmpty.splice(0)) end();
    },
  };
}
