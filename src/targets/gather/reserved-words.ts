/** Words that a name in an emitted gather kernel may not be: those of GLSL ES 3.00, of JavaScript, and gpu.js's own. */
import { glslHelperNames } from "./glsl-helpers.ts";

const words = `
attribute const uniform varying layout centroid flat smooth break continue do for while switch case default if else in
out inout float int void bool true false invariant discard return mat2 mat3 mat4 vec2 vec3 vec4 ivec2 ivec3 ivec4 bvec2
bvec3 bvec4 uint uvec2 uvec3 uvec4 lowp mediump highp precision sampler2D sampler3D samplerCube struct coherent volatile
restrict readonly writeonly resource atomic_uint noperspective patch sample subroutine common partition active asm class
union enum typedef template this goto inline noinline static public extern external interface long short double half
fixed unsigned superp input output filter image1D image2D image3D sizeof cast namespace using texture texelFetch main
radians degrees sin cos tan asin acos atan sinh cosh tanh pow exp log exp2 log2 sqrt inversesqrt abs sign floor trunc
round roundEven ceil fract mod modf min max clamp mix step smoothstep isnan isinf floatBitsToInt floatBitsToUint
intBitsToFloat uintBitsToFloat length distance dot cross normalize reflect refract transpose inverse any all not
arguments await catch debugger delete eval export extends finally function implements import instanceof let new null
package private protected super throw try typeof undefined var with yield Infinity NaN Math thread constants output
index threadId kernel result cbrt expm1 fround imul log10 log1p _pow _round atan2 decode32 decode16 decode8 encode32
get32 get16 get8 kernelResult LOOP_MAX BIT_COUNT MAGIC_VEC SCALE_FACTOR SCALE_FACTOR_INV modi integerMod round_even
`;

const reserved = new Set([...words.trim().split(/\s+/), ...glslHelperNames]);

/** `gl_` and two underscores belong to GLSL, `user_` and `constants_` to gpu.js. */
export function isGatherReserved(word: string): boolean {
  return (
    reserved.has(word) ||
    /^(gl_|user_|constants_|bitwise|getM|getV|getF|getI)/.test(word) ||
    word.includes("__")
  );
}
