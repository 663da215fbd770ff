/** The manifest of a build: what was made of what. */

export interface ManifestSource {
  /** As the builder names sources: relative to the output folder, with forward slashes, on the command line. */
  readonly path: string;
  readonly hash: string;
  readonly imports: readonly { readonly path: string; readonly hash: string }[];
  readonly files: readonly string[];
}

export interface Manifest {
  readonly compiler: string;
  readonly sources: readonly ManifestSource[];
  /** Everything that was made, the manifest aside. */
  readonly files: readonly string[];
}

export const manifestName = "manifest.json";

export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
