// Lookahead functions computed when a rule first needs them.
// Chevrotain computes all of them in the constructor, which is most of what a parser costs to build; one query
// uses a fraction of them.

import { type ILookaheadStrategy, type IOrAlt, LLkLookaheadStrategy } from 'chevrotain';

type AlternationOptions = Parameters<ILookaheadStrategy['buildLookaheadForAlternation']>[0];
type OptionalOptions = Parameters<ILookaheadStrategy['buildLookaheadForOptional']>[0];
type Alternatives = IOrAlt<unknown>[] | undefined;

export class LazyLookahead extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(
    options: AlternationOptions,
  ): (alternatives?: Alternatives) => number | undefined {
    let built: ((alternatives?: Alternatives) => number | undefined) | undefined;
    const build = () => super.buildLookaheadForAlternation(options);
    // Called with the parser as `this`, so no arrow function.
    return function (this: unknown, alternatives) {
      built ??= build();
      return built.call(this, alternatives);
    };
  }

  override buildLookaheadForOptional(options: OptionalOptions): () => boolean {
    let built: (() => boolean) | undefined;
    const build = () => super.buildLookaheadForOptional(options);
    return function (this: unknown) {
      built ??= build();
      return built.call(this);
    };
  }
}
