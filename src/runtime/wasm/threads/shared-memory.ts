/** 4 GiB. */
const mostPages = 65_536;

/** Some engines set aside all that a shared memory may grow to, and have less than 4 GiB. */
export function makeSharedMemory(): WebAssembly.Memory | undefined {
  for (let maximum = mostPages; maximum >= 1024; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 0, maximum, shared: true });
    } catch {
      // Perhaps half of it.
    }
  }
  return undefined;
}
