// Result types of the relational engine's functions, asked of the engine itself: the one thing planning awaits.

import { type SqlType, typeName } from '../arrow/sql-type.ts';
import { type KnownTypes, TypeNeeded } from './bind/context.ts';

export interface TypeOracle {
  /** Type of `fn` over arguments of these types, or null when the engine refuses them. */
  resultType(fn: string, args: readonly SqlType[]): Promise<SqlType | null>;
}

/** Answers remembered by function and argument types. */
export class TypeMemo implements KnownTypes {
  readonly #known = new Map<string, SqlType | null>();

  resultType(fn: string, args: readonly SqlType[]): SqlType | null | undefined {
    return this.#known.get(signature(fn, args));
  }

  remember(fn: string, args: readonly SqlType[], type: SqlType | null): void {
    this.#known.set(signature(fn, args), type);
  }
}

export function signature(fn: string, args: readonly SqlType[]): string {
  return `${fn}(${args.map(typeName).join(', ')})`;
}

/** Runs a synchronous binding, asking the oracle for each type it turns out to need, and binding again. */
export async function withTypes<T>(memo: TypeMemo, oracle: TypeOracle, bind: () => T): Promise<T> {
  for (;;) {
    try {
      return bind();
    } catch (needed) {
      if (!(needed instanceof TypeNeeded)) throw needed;
      memo.remember(needed.fn, needed.args, await oracle.resultType(needed.fn, needed.args));
    }
  }
}
