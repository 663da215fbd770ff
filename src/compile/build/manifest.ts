/** The manifest of a build: which files were made from which sources. */

export interface ManifestSource {
  /**
   * The builder's name for the source. The command line uses the path relative to the output folder, with forward
   * slashes.
   */
  readonly path: string;
  readonly hash: string;
  readonly imports: readonly { readonly path: string; readonly hash: string }[];
  readonly files: readonly string[];
}

export interface Manifest {
  readonly compiler: string;
  readonly sources: readonly ManifestSource[];
  /** All files of the build except the manifest. */
  readonly files: readonly string[];
}

export const manifestName = "manifest.json";

export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
