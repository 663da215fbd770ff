/** Source maps that lead from a printed module to its spec. */
import type { Source } from "../../language/diagnostics/diagnostic.ts";
import { positionAt } from "../../language/diagnostics/lines.ts";
import { parse } from "../../language/syntax/parse.ts";
import type { ModuleContent } from "../../targets/modules/module-content.ts";

/** A source map of version 3 (ECMA-426). */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** A place in a source. Both count from 0, as in source maps. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Leads each line of a module to the norm that it belongs to: to its name in the spec.
 * @param code the module, printed in either language.
 * @param source the spec that it was compiled from. `path` is its name in the map.
 */
export function moduleSourceMap(
  { norms }: Pick<ModuleContent, "norms">,
  code: string,
  source: Source,
): SourceMap {
  const places = normPlaces(source);
  let place: Place = places.values().next().value ?? { line: 0, column: 0 };
  const lines = code.split("\n").map((line) => {
    // Shaders within the module have no such line: their constants have no spaces around `=`.
    const [, name = ""] = /^(?:export )?const (\S+?)(?:: .*)? = /.exec(line) ?? [];
    place = places.get(norms.get(name) ?? "") ?? place;
    return place;
  });
  return {
    version: 3,
    sources: [source.path],
    sourcesContent: [source.text],
    names: [],
    mappings: lineMappings(lines),
  };
}

/** Where each norm of a spec has its name. */
function normPlaces(source: Source): Map<string, Place> {
  const items = parse(source, () => undefined).items.filter((one) => one.kind === "norm");
  return new Map(
    items.map(({ name }) => {
      const { line, column } = positionAt(source, name.span.start);
      return [name.text, { line: line - 1, column: column - 1 }];
    }),
  );
}

/** A column of a text that leads to a place. */
export interface Segment {
  readonly column: number;
  readonly place: Place;
}

/** The mappings of a text whose lines lead, each as a whole, to one place of the only source. */
export function lineMappings(lines: readonly Place[]): string {
  return segmentMappings(lines.map((place) => [{ column: 0, place }]));
}

/** The mappings of a text with several segments a line, in the order of their columns. */
export function segmentMappings(lines: readonly (readonly Segment[])[]): string {
  let last: Place = { line: 0, column: 0 };
  return lines
    .map((segments) => {
      let before = 0;
      return segments
        .map(({ column, place }) => {
          const fields = [column - before, 0, place.line - last.line, place.column - last.column];
          before = column;
          last = place;
          return fields.map(base64Vlq).join("");
        })
        .join(",");
    })
    .join(";");
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Five bits a digit, the lowest first. The lowest bit of all is the sign. */
function base64Vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
