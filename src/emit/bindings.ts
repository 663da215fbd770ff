import { type BoundNorm, describeNorm } from "./bindings-api.ts";
import { escapeComment } from "./bindings-docs.ts";
import { printLiteral } from "./bindings-literal.ts";
import { chooseIdentifiers } from "./bindings-names.ts";
import { renderModule } from "./shells.ts";

export type { BoundNorm };

/** What the banner says of a module's origin. */
export interface Banner {
  /** The name of the .norm file. */
  readonly source: string;
  /** The hash of its text. */
  readonly hash: string;
  /** The version of the compiler. */
  readonly compiler: string;
}

export interface BindingsInput {
  readonly norms: readonly BoundNorm[];
  readonly banner: Banner;
  /** What the module imports the runtime from. */
  readonly runtime?: string;
}

/** The text of the TypeScript module for the norms of one .norm file. */
export async function emitBindings({
  norms,
  banner,
  runtime = "normc/runtime",
}: BindingsInput): Promise<string> {
  const identifiers = chooseIdentifiers(norms.map((norm) => norm.name));
  const declarations = norms.flatMap((norm, i) => describeNorm(norm, identifiers[i]!));
  // ts-morph takes half a second to load, which checking and running a spec should not wait for.
  const { printDeclarations } = await import("./bindings-morph.ts");
  return renderModule({
    source: escapeComment(banner.source),
    hash: escapeComment(banner.hash),
    compiler: escapeComment(banner.compiler),
    runtime: JSON.stringify(runtime),
    api: printDeclarations(declarations).trim(),
    programs: norms.map((norm, i) => ({
      name: identifiers[i]!.programs,
      literal: printLiteral(norm.programs),
    })),
  });
}
