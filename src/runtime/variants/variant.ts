import type { Traits } from "./traits.ts";

/**
 * How a kernel is laid on the device. Invocations form rows of `lanes`; a workgroup has `lanes` × `rows` of them.
 * What is legal for a kernel and a device says `variant-rules.ts`.
 */
export interface Variant {
  /** Invocations that share a row, a power of two. */
  readonly lanes: number;
  /** Rows a workgroup, a power of two. */
  readonly rows: number;
  /** Of the lanes, how many exchange values within a subgroup; the rest goes through workgroup memory. */
  readonly subgroup: number;
  /** Rows that a lane takes together, each in place of one. */
  readonly together: number;
  /** Whether neighbouring invocations have neighbouring rows: a tile of columns. */
  readonly columns: boolean;
  /** Where a lane's share of a row is for the loops after the first. */
  readonly residency: "reload" | "registers" | "workgroup";
  /** Workgroups that share a row; with more than one each reduction is a dispatch of its own. */
  readonly parts: number;
  /** Of a kernel that adds up over rows: into how many chunks these are divided. */
  readonly chunks: number;
  /** Why, in words. */
  readonly reason: string;
}

/** The limits that bound a workgroup. */
export type WorkgroupLimits = Pick<
  GPUSupportedLimits,
  "maxComputeInvocationsPerWorkgroup" | "maxComputeWorkgroupSizeX" | "maxComputeWorkgroupStorageSize"
>;

/** What a kernel has to do, in steps: elements, or fours of them; and what its shaders allow. */
export interface Work {
  /** Steps of a row; 1 for an elementwise kernel. */
  readonly rowSteps: number;
  /** Rows, or fours of neighbouring rows. */
  readonly rowCount: number;
  /** Whether neighbouring rows, not neighbouring steps, lie side by side in memory. */
  readonly across: boolean;
  /** Whether lanes exchange what they add up. */
  readonly reduces: boolean;
  /** Values that a lane must keep a step so that no loop reads the row again; 0 where there is nothing to keep. */
  readonly held: number;
  /** Rows that a lane can take together. */
  readonly together: number;
  /** Whether workgroups can share a row. */
  readonly split: boolean;
  /** Rows that are divided into chunks, which a workgroup takes one after the other; 0 where none are. */
  readonly chunkRows: number;
}

/** `kernel` is the name of the kernel in its program. */
export type ChooseVariant = (work: Work, traits: Traits, limits: WorkgroupLimits, kernel: string) => Variant;
