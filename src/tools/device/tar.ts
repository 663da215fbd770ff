/** The plain files of a tar archive (ustar, short names), by name. */
export function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const block = 512;
  const files = new Map<string, Uint8Array>();
  let at = 0;
  while (at + block <= archive.length) {
    const name = field(archive, at, 100);
    if (name === "") break;
    const size = Number.parseInt(field(archive, at + 124, 12), 8);
    const type = field(archive, at + 156, 1);
    if (!Number.isSafeInteger(size) || at + block + size > archive.length) {
      throw new Error(`the archive is damaged at byte ${at}`);
    }
    if (type === "0" || type === "") files.set(name, archive.subarray(at + block, at + block + size));
    at += block + Math.ceil(size / block) * block;
  }
  return files;
}

function field(archive: Uint8Array, from: number, length: number): string {
  const bytes = archive.subarray(from, from + length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
}
