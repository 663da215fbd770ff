/**
 * Things that some tests need and a machine may lack. Usually such a test is skipped and prints why. Everything that
 * the variable `NORMC_REQUIRE` lists (`NORMC_REQUIRE=swiftshader,browser`) must be there, or the run fails. `.ci/run`
 * sets it, because there a test that cannot run must not pass.
 */

/** `conformance`: the cases of other projects (`test/conformance/README.md`). */
export const requirements = ["lavapipe", "swiftshader", "browser", "conformance"] as const;

export type Requirement = (typeof requirements)[number];

/** @throws Error for a word that is not a requirement: a misspelt one would require nothing. */
export function required(list = process.env.NORMC_REQUIRE ?? ""): ReadonlySet<Requirement> {
  const words = list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  return new Set(
    words.map((word) => {
      const known = requirements.find((one) => one === word);
      if (known === undefined)
        throw new Error(`NORMC_REQUIRE: there is no \`${word}\`, only ${requirements.join(", ")}`);
      return known;
    }),
  );
}

/**
 * Prints that a test is skipped, and why.
 * @throws Error if the missing thing is required.
 */
export function missing(what: Requirement, reason: string, list = required()): void {
  if (list.has(what)) throw new Error(`${what} is required (NORMC_REQUIRE) and not there: ${reason}`);
  console.log(`skipped: no ${what}: ${reason}`);
}
