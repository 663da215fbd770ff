/**
 * All diagnostic codes, in one table. A released code keeps its meaning; a new meaning gets a new number.
 * N0xx reading a file, N1xx syntax, N2xx names, N3xx axes, N4xx meaning, N5xx values given at build or run time,
 * N6xx the tools around the compiler.
 * Each code has a page `docs/diagnostics/<code>.md` and a test that provokes it.
 */
export type Severity = "error" | "warning";

interface CodeEntry {
  readonly severity: Severity;
  readonly title: string;
}

export const codes = {
  N001: { severity: "error", title: "a file cannot be read" },
  N002: { severity: "error", title: "a file is not text" },
  N003: { severity: "error", title: "a file is too large" },
  N004: { severity: "error", title: "a file declares no norm" },
  N005: { severity: "error", title: "a file cannot be written" },

  N101: { severity: "error", title: "a character that means nothing here" },
  N102: { severity: "error", title: "an unterminated string or comment" },
  N103: { severity: "error", title: "an unexpected token" },
  N104: { severity: "error", title: "an expression or a norm that is too deep or too large" },
  N105: { severity: "error", title: "a number out of range" },

  N201: { severity: "error", title: "an unknown name" },
  N202: { severity: "error", title: "a name defined twice" },
  N203: { severity: "error", title: "an unknown norm in an import" },
  N204: { severity: "error", title: "a file that imports itself" },
  N205: { severity: "error", title: "an imported file that cannot be read" },
  N206: { severity: "error", title: "equations that depend on each other in a circle" },
  N207: { severity: "error", title: "a function that calls itself" },
  N208: { severity: "error", title: "a name that is reserved" },
  N209: { severity: "warning", title: "a name that is never used" },
  N210: { severity: "error", title: "an import from outside the project" },

  N301: { severity: "error", title: "an unknown axis" },
  N302: { severity: "error", title: "an axis named twice" },
  N303: { severity: "error", title: "an axis that the operand does not have" },
  N304: { severity: "error", title: "an axis that the output or state does not have" },
  N305: { severity: "error", title: "more than one variadic axis in a tensor" },
  N306: { severity: "error", title: "an axis that cannot be split or fixed in this way" },
  N307: { severity: "error", title: "values that do not fit the axes of the called norm" },
  N308: { severity: "error", title: "an axis whose extent nothing gives" },
  N309: { severity: "error", title: "a layout that does not fit a tensor" },

  N401: { severity: "error", title: "a wrong number of arguments" },
  N402: { severity: "error", title: "an argument that the called norm does not have" },
  N403: { severity: "error", title: "a reduction without axes, or axes without a reduction" },
  N404: { severity: "error", title: "a state written outside training" },
  N405: { severity: "error", title: "a name that is missing in one of the modes" },
  N406: { severity: "error", title: "an unknown mode" },
  N407: { severity: "error", title: "a norm without an output or an input" },
  N408: { severity: "error", title: "a value that is not a constant" },
  N409: { severity: "warning", title: "a division by an extent that can be zero" },
  N410: { severity: "error", title: "a state updated twice" },
  N411: { severity: "error", title: "a name used as something it is not" },
  N412: { severity: "error", title: "an element type that a tensor cannot have" },
  N413: { severity: "error", title: "an index that has no gradient" },
  N420: { severity: "error", title: "a window that a reduction cannot have" },
  N430: { severity: "error", title: "a norm that cannot be called" },
  N440: { severity: "warning", title: "a difference that loses its digits far from zero" },

  N501: { severity: "error", title: "an unknown tensor or param" },
  N502: { severity: "error", title: "a missing tensor" },
  N503: { severity: "error", title: "extents that disagree" },
  N504: { severity: "error", title: "an extent that does not divide" },
  N505: { severity: "error", title: "a wrong rank" },
  N506: { severity: "error", title: "a wrong number of elements" },
  N507: { severity: "error", title: "a param with an unusable value" },
  N508: { severity: "error", title: "a limit of the device" },
  N510: { severity: "error", title: "a device that failed" },
  N511: { severity: "error", title: "a mode that the norm does not have" },
  N512: { severity: "error", title: "feeds in the wrong format" },
  N513: { severity: "error", title: "a defect of normc" },
  N514: { severity: "error", title: "an unusable buffer, element type, list or storage" },
  N515: { severity: "error", title: "a name that belongs to a gradient" },
  N516: { severity: "error", title: "values that cannot be saved for the backward pass" },
  N517: { severity: "error", title: "a gpu.js backend that is not available" },
  N518: { severity: "error", title: "a module built by another version of normc" },
  N519: { severity: "error", title: "a norm without gradients" },
  N520: { severity: "error", title: "a range that cannot be bound" },
  N521: { severity: "error", title: "a buffer that one kernel reads and writes" },
  N522: { severity: "error", title: "an output that cannot be written over an input" },
  N524: { severity: "error", title: "an extent that is left open" },
  N525: { severity: "error", title: "a norm that is not loaded" },
  N530: { severity: "error", title: "no device" },
  N531: { severity: "error", title: "neither a pass nor an encoder" },
  N532: { severity: "error", title: "an entry of a list without that function" },
  N533: { severity: "error", title: "a norm that cannot stand in another kernel" },
  N534: { severity: "error", title: "a norm that is destroyed" },
  N535: { severity: "error", title: "a place that functions of a norm cannot have" },
  N540: { severity: "error", title: "a memory that cannot hold a norm" },
  N541: { severity: "error", title: "an engine that does not compile a norm" },
  N542: { severity: "error", title: "an address that a tensor cannot have" },
  N543: { severity: "error", title: "threads or a memory that a norm cannot use" },

  N560: { severity: "error", title: "an op of something that is no norm" },
  N561: { severity: "error", title: "a backend that an op cannot run on" },
  N562: { severity: "error", title: "a tensor that an op cannot take" },
  N563: { severity: "error", title: "a Keras layer that is not the norm of its name" },

  N610: { severity: "error", title: "a file in the place of types" },
  N611: { severity: "error", title: "an import for a target that is not configured" },
  N612: { severity: "error", title: "an imported spec without norms" },
  N613: { severity: "error", title: "a tuning file that the plugin cannot use" },

  N620: { severity: "error", title: "a config that cannot be loaded" },
  N621: { severity: "error", title: "a field that the config does not have" },
  N622: { severity: "error", title: "a field of the config with an unusable value" },
  N623: { severity: "error", title: "specs of the config that are not there" },
  N624: { severity: "error", title: "a project that `normc init` does not fit into" },
  N630: { severity: "error", title: "a folder that another build keeps writing into" },
  N640: { severity: "warning", title: "a comment that was meant as a division" },
  N641: { severity: "error", title: "no WebGPU device" },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;
