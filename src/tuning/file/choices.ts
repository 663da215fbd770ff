/** Converts stored choices to a chooser and back. A stored choice is only used if it is legal. */
import { chooseVariant } from "../../runtime/variants/default-variant.ts";
import type { ChooseVariant, Variant } from "../../runtime/variants/variant.ts";
import { whyIllegal } from "../../runtime/variants/variant-rules.ts";
import type { Choice, Choices } from "./tuning-file.ts";

/** Uses the stored choice of a kernel if there is one and it is legal, else the default. */
export function chooserOf(choices: Choices): ChooseVariant {
  return (work, traits, limits, kernel) => {
    const choice = choices.get(kernel);
    if (choice === undefined) return chooseVariant(work, traits, limits);
    const variant: Variant = { ...choice, reason: "tuned" };
    return whyIllegal(variant, work, traits, limits) === null ? variant : chooseVariant(work, traits, limits);
  };
}

export function choiceOf({ reason: _, ...choice }: Variant): Choice {
  return choice;
}
