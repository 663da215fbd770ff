/** Which tensors of a norm may have memory in common. */
export interface Aliases {
  /**
   * Whether tensors that one kernel reads and writes may lie in one buffer, at ranges that do not overlap. Every tensor
   * of such a kernel is then bound as writable. @default false
   */
  readonly sharedBuffers?: boolean | undefined;
  /** Outputs that take the place of an input: `{ y: "x" }`. `encode` is then given one range for both. */
  readonly inPlace?: Readonly<Record<string, string>> | undefined;
}
