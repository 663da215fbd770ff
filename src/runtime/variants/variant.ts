import type { Traits } from "./traits.ts";

/**
 * How a kernel is laid on the device. `lanes` invocations share a row, and a workgroup has `lanes` × `rows`
 * invocations. `variant-rules.ts` says which variants are legal for a kernel and a device.
 */
export interface Variant {
  /** Invocations that share a row. A power of two. */
  readonly lanes: number;
  /** Rows of a workgroup. A power of two. */
  readonly rows: number;
  /** How many of the lanes exchange values within a subgroup. Beyond that they use workgroup memory. */
  readonly subgroup: number;
  /** Rows that a lane takes together; 1 for one at a time. */
  readonly together: number;
  /** Whether neighbouring invocations have neighbouring rows: a workgroup then takes a tile of columns. */
  readonly columns: boolean;
  /** Where a lane keeps its share of a row for the loops after the first. */
  readonly residency: "reload" | "registers" | "workgroup";
  /** Workgroups that share a row. With more than one, each reduction is a separate dispatch. */
  readonly parts: number;
  /** The number of chunks that the rows are divided into, in a kernel that adds up over rows. */
  readonly chunks: number;
  /** The reason for the choice, in words. */
  readonly reason: string;
}

/** The limits of a device that bound a workgroup. */
export type WorkgroupLimits = Pick<
  GPUSupportedLimits,
  "maxComputeInvocationsPerWorkgroup" | "maxComputeWorkgroupSizeX" | "maxComputeWorkgroupStorageSize"
>;

/** The work of a kernel in steps (elements, or fours of them), and what its shaders support. */
export interface Work {
  /** Steps of a row; 1 in an elementwise kernel. */
  readonly rowSteps: number;
  /** The number of rows, or of fours of neighbouring rows. */
  readonly rowCount: number;
  /** Whether neighbouring rows, not neighbouring steps, lie side by side in memory. */
  readonly across: boolean;
  /** Whether lanes exchange partial results. */
  readonly reduces: boolean;
  /** Values that a lane must keep for each step so that no loop reads the row again; 0 if there is nothing to keep. */
  readonly held: number;
  /** Rows that a lane can take together. */
  readonly together: number;
  /** Whether workgroups can share a row. */
  readonly split: boolean;
  /**
   * Rows that are divided into chunks; a workgroup takes the rows of a chunk one after the other. 0 if there are none.
   */
  readonly chunkRows: number;
}

/** Chooses a variant. `kernel` is the name of the kernel in its program. */
export type ChooseVariant = (work: Work, traits: Traits, limits: WorkgroupLimits, kernel: string) => Variant;
