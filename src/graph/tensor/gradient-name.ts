/** `d_NAME`: the gradient of an input or affine, and the cotangent of an output. */
export function gradientName(tensor: string): string {
  return `d_${tensor}`;
}
