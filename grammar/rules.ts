/**
 * The grammar. Read it from the top down. `list` means one or more elements with commas between them and an optional one
 * at the end.
 *
 * A mistake unwinds to the nearest rule marked `recovers` that can go on behind it: the next element of a list of
 * declarations, the next item or the next statement. All `recovers` rules on the way there leave what they had read in
 * the tree. The parser guesses nothing inside an expression, since a guess there breeds further messages.
 */
import type { IParserConfig } from "chevrotain";
import { RecoveringParser } from "./recovering-parser.ts";
import * as t from "./tokens.ts";

const within = { resyncEnabled: false };
const recovers = { resyncEnabled: true };

export class NormParser extends RecoveringParser {
  constructor(config: IParserConfig = {}) {
    super([...t.tokens], { recoveryEnabled: true, maxLookahead: 2, ...config });
    this.performSelfAnalysis();
  }

  file = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.fileItem));
  });

  fileItem = this.RULE(
    "fileItem",
    () => {
      this.OR([
        { ALT: () => this.SUBRULE(this.import) },
        { ALT: () => this.SUBRULE(this.function) },
        { ALT: () => this.SUBRULE(this.norm) },
      ]);
    },
    recovers,
  );

  /** `import { A, B as C } from "./file.norm"` */
  import = this.RULE(
    "import",
    () => {
      this.CONSUME(t.Import);
      this.CONSUME(t.OpenBrace);
      this.list(this.importName, t.Separator);
      this.CONSUME(t.CloseBrace);
      this.CONSUME(t.From);
      this.CONSUME(t.StringLiteral);
    },
    recovers,
  );

  importName = this.RULE(
    "importName",
    () => {
      this.CONSUME(t.Name);
      this.OPTION(() => {
        this.CONSUME(t.As);
        this.SUBRULE(this.alias);
      });
    },
    recovers,
  );

  alias = this.RULE("alias", () => void this.CONSUME(t.Name), within);

  /** `fn square(v) = v * v` */
  function = this.RULE(
    "function",
    () => {
      this.CONSUME(t.Fn);
      this.CONSUME(t.Name);
      this.CONSUME(t.OpenParen);
      this.OPTION(() => this.list(this.parameter));
      this.CONSUME(t.CloseParen);
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    },
    recovers,
  );

  parameter = this.RULE("parameter", () => void this.CONSUME(t.Name), within);

  norm = this.RULE(
    "norm",
    () => {
      this.CONSUME(t.Norm);
      this.CONSUME(t.Name);
      this.CONSUME(t.OpenBrace);
      this.MANY(() => this.SUBRULE(this.normItem));
      this.CONSUME(t.CloseBrace);
    },
    recovers,
  );

  normItem = this.RULE(
    "normItem",
    () => {
      this.OR([
        { ALT: () => this.SUBRULE(this.axes) },
        { ALT: () => this.SUBRULE(this.param) },
        { ALT: () => this.SUBRULE(this.tensors) },
        { ALT: () => this.SUBRULE(this.mode) },
        { ALT: () => this.SUBRULE(this.output) },
        { ALT: () => this.SUBRULE(this.statement) },
        { ALT: () => this.CONSUME(t.Semicolon) },
      ]);
    },
    recovers,
  );

  /** `axes N, C = G * K, M = 3, D = C, ...S` */
  axes = this.RULE(
    "axes",
    () => {
      this.CONSUME(t.Axes);
      this.list(this.axisDeclaration, t.Separator);
    },
    recovers,
  );

  axisDeclaration = this.RULE(
    "axisDeclaration",
    () => {
      this.SUBRULE(this.axis);
      this.OPTION(() => {
        this.CONSUME(t.Equals);
        this.OR([{ ALT: () => this.CONSUME(t.NumberLiteral) }, { ALT: () => this.SUBRULE(this.factors) }]);
      });
    },
    recovers,
  );

  factors = this.RULE(
    "factors",
    () => {
      this.CONSUME(t.Name);
      this.MANY(() => {
        this.CONSUME(t.Times);
        this.CONSUME2(t.Name);
      });
    },
    recovers,
  );

  /** `N` or `...S` */
  axis = this.RULE(
    "axis",
    () => {
      this.OPTION(() => this.CONSUME(t.Ellipsis));
      this.CONSUME(t.Name);
    },
    within,
  );

  /** `[N, C, ...S]` */
  dims = this.RULE(
    "dims",
    () => {
      this.CONSUME(t.OpenBracket);
      this.OPTION(() => this.list(this.axis));
      this.CONSUME(t.CloseBracket);
    },
    recovers,
  );

  param = this.RULE(
    "param",
    () => {
      this.CONSUME(t.Param);
      this.list(this.paramDeclaration, t.Separator);
    },
    recovers,
  );

  paramDeclaration = this.RULE(
    "paramDeclaration",
    () => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    },
    recovers,
  );

  tensors = this.RULE(
    "tensors",
    () => {
      this.OR([
        { ALT: () => this.CONSUME(t.Input) },
        { ALT: () => this.CONSUME(t.Affine) },
        { ALT: () => this.CONSUME(t.State) },
      ]);
      this.list(this.tensorDeclaration, t.Separator);
    },
    recovers,
  );

  tensorDeclaration = this.RULE(
    "tensorDeclaration",
    () => {
      this.CONSUME(t.Name);
      this.OPTION(() => this.SUBRULE(this.dims));
      this.OPTION2(() => this.SUBRULE(this.elementType));
      this.OPTION3(() => {
        this.CONSUME(t.Equals);
        this.SUBRULE(this.expression);
      });
    },
    recovers,
  );

  /** `: i32` after a tensor */
  elementType = this.RULE(
    "elementType",
    () => {
      this.CONSUME(t.Colon);
      this.CONSUME(t.Name);
    },
    within,
  );

  output = this.RULE(
    "output",
    () => {
      this.CONSUME(t.Output);
      this.list(this.outputDeclaration, t.Separator);
    },
    recovers,
  );

  outputDeclaration = this.RULE(
    "outputDeclaration",
    () => {
      this.CONSUME(t.Name);
      this.OPTION(() => this.SUBRULE(this.dims));
      this.OPTION2(() => this.SUBRULE(this.elementType));
    },
    recovers,
  );

  /** `on train { … }` */
  mode = this.RULE(
    "mode",
    () => {
      this.CONSUME(t.On);
      this.CONSUME(t.Name);
      this.CONSUME(t.OpenBrace);
      this.MANY(() => this.SUBRULE(this.modeItem));
      this.CONSUME(t.CloseBrace);
    },
    recovers,
  );

  modeItem = this.RULE(
    "modeItem",
    () => {
      this.OR([{ ALT: () => this.SUBRULE(this.statement) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    },
    recovers,
  );

  /** `y = …` or `running_mean <- …` */
  statement = this.RULE(
    "statement",
    () => {
      this.CONSUME(t.Target);
      this.OR([{ ALT: () => this.CONSUME(t.Equals) }, { ALT: () => this.CONSUME(t.Arrow) }]);
      this.SUBRULE(this.expression);
    },
    recovers,
  );

  /** A flat list. How tightly the operators bind makes the tree later, so that nesting does not fill the call stack. */
  expression = this.RULE(
    "expression",
    () => {
      this.SUBRULE(this.operand);
      this.MANY(() => {
        this.CONSUME(t.Operator);
        this.SUBRULE2(this.operand);
      });
    },
    within,
  );

  operand = this.RULE(
    "operand",
    () => {
      this.MANY(() => this.CONSUME(t.Minus));
      this.OR([
        { ALT: () => this.CONSUME(t.NumberLiteral) },
        { ALT: () => this.SUBRULE(this.reference) },
        { ALT: () => this.SUBRULE(this.variadic) },
        { ALT: () => this.SUBRULE(this.group) },
      ]);
      this.MANY2(() => this.SUBRULE(this.place));
    },
    within,
  );

  /** `x` or `f(x)` */
  reference = this.RULE(
    "reference",
    () => {
      this.CONSUME(t.Name);
      this.OPTION(() => this.SUBRULE(this.call));
    },
    within,
  );

  /** `...S` as an argument of `size` */
  variadic = this.RULE(
    "variadic",
    () => {
      this.CONSUME(t.Ellipsis);
      this.CONSUME(t.Name);
    },
    within,
  );

  group = this.RULE(
    "group",
    () => {
      this.CONSUME(t.OpenParen);
      this.SUBRULE(this.expression);
      this.CONSUME(t.CloseParen);
    },
    within,
  );

  /** `[M = 0]` after an operand */
  place = this.RULE(
    "place",
    () => {
      this.CONSUME(t.OpenBracket);
      this.SUBRULE(this.axis);
      this.CONSUME(t.Equals);
      this.CONSUME(t.NumberLiteral);
      this.CONSUME(t.CloseBracket);
    },
    within,
  );

  /** `(a, b over N, ...S; eps, gain = 2)` */
  call = this.RULE(
    "call",
    () => {
      this.CONSUME(t.OpenParen);
      this.OPTION(() => this.list(this.expression));
      this.OPTION2(() => this.SUBRULE(this.over));
      this.OPTION3(() => this.SUBRULE(this.settings));
      this.CONSUME(t.CloseParen);
    },
    within,
  );

  over = this.RULE(
    "over",
    () => {
      this.CONSUME(t.Over);
      this.list(this.axis);
    },
    within,
  );

  settings = this.RULE(
    "settings",
    () => {
      this.CONSUME(t.Semicolon);
      this.OPTION(() => this.list(this.setting));
    },
    within,
  );

  setting = this.RULE(
    "setting",
    () => {
      this.OPTION(() => {
        this.CONSUME(t.Name);
        this.CONSUME(t.Equals);
      });
      this.SUBRULE(this.expression);
    },
    within,
  );
}
