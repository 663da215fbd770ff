/** Divides a program in two, so that a page loads no shader that its device and shapes do not need. */
import type { LazyShaders, Program, Shader } from "../../program/program.ts";

export function hasLazyShaders({ kernels }: Program): boolean {
  return kernels.some(
    ({ supports }) =>
      supports.held > 0 || supports.together > 1 || supports.neighbours !== undefined || supports.split,
  );
}

/** Divides a program into the part that every device needs and the shaders that few devices need. */
export function divideProgram(program: Program): { main: Program; lazy: readonly LazyShaders[] } {
  const isMain = ({ held, together }: Shader): boolean => held === 0 && together === 1;
  return {
    main: {
      ...program,
      kernels: program.kernels.map((one) => ({ ...one, shaders: one.shaders.filter(isMain), split: null })),
    },
    lazy: program.kernels.map(({ shaders, split }) => ({
      shaders: shaders.filter((one) => !isMain(one)),
      split,
    })),
  };
}
