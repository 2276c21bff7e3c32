// Where definitions live. exec/duckdb implements it, so that they commit with the data.

import type { Definitions, ObjectKind } from './definitions.ts';
import type { Snapshot } from './snapshot.ts';

/** A change of the catalog, applied in one transaction. */
export type CatalogChange =
  | {
      readonly [K in ObjectKind]: {
        /** `replace`: of the object of that name. */
        readonly action: 'create' | 'replace';
        readonly kind: K;
        readonly definition: Definitions[K];
      };
    }[ObjectKind]
  | {
      readonly action: 'drop';
      readonly kind: ObjectKind;
      readonly schema?: string;
      /** Of statistics. */
      readonly table?: string;
      readonly name: string;
    };

export interface CatalogStore {
  /** True when definitions outlive the process; a secret then needs a master key. */
  readonly persistent: boolean;
  snapshot(): Promise<Snapshot>;
  apply(change: CatalogChange): Promise<void>;
}
