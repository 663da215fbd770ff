/**
 * Words that cannot be identifiers in an emitted WGSL module: keywords, reserved words (WGSL §3.7, §15.2), the
 * predeclared names that the emitter uses, and names that the runtime declares (`at` and `value` are parameters of
 * accessors).
 */
import type { Reserved } from "../text/namer.ts";
import { wgslHelpers } from "./helpers.ts";

const words = `
alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop
override requires return struct switch true var while
NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become binding_array cast catch
class co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval
constexpr constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends
extern external fallthrough filter final finally friend from fxgroup get goto groupshared highp impl implements import
inline instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new
nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset
partial pass patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless register
reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert static_cast std
subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union unless
unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield
array atomic bool f16 f32 i32 u32 mat2x2 mat2x3 mat2x4 mat3x2 mat3x3 mat3x4 mat4x2 mat4x3 mat4x4 ptr sampler
texture_1d texture_2d vec2 vec3 vec4 vec2f vec3f vec4f vec2h vec3h vec4h vec2i vec3i vec4i vec2u vec3u vec4u
abs acos asin atan bitcast ceil clamp cos exp exp2 floor fma inverseSqrt log log2 max min pow round select sign sin sqrt
tan tanh trunc workgroupBarrier storage read read_write write workgroup private function uniform
main workgroup_id num_workgroups
scratch_memory scratch_length exchange exchange4
local_index group_of_all HELD_LENGTH held held_place
at value
`;

export const wgslReserved: Reserved = {
  words: new Set([...words.trim().split(/\s+/), ...wgslHelpers.map((one) => one.name)]),
  // Two leading underscores are reserved too, but the namer never begins a name with them.
  prefixes: [],
  twoUnderscores: false,
};
