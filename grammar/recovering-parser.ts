/** What the rules of `rules.ts` share: lists, and what the parser may assume after a mistake. */
import { type CstNode, CstParser, type ParserMethod, type TokenType } from "chevrotain";
import * as t from "./tokens.ts";

export class RecoveringParser extends CstParser {
  /**
   * At most once in a rule: the numbers tell chevrotain one use of a token or rule from another. A list of declarations,
   * outside brackets, has separators: after a mistake it goes on behind the next comma that is in no brackets.
   */
  protected list(item: ParserMethod<[], CstNode>, by = t.Comma): void {
    this.SUBRULE8(item);
    this.MANY8(() => {
      this.CONSUME8(by);
      this.SUBRULE9(item);
    });
    this.OPTION9(() => this.CONSUME9(by));
  }

  /** A missing brace is the only token that the parser assumes: otherwise everything up to its partner is lost. */
  protected override canTokenTypeBeInsertedInRecovery(type: TokenType): boolean {
    return type === t.OpenBrace;
  }

  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    return false;
  }
}
