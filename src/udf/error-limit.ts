// MAX_ERRORS: how many distinct inputs may fail among those a statement asked for.

import { error } from '../common/errors.ts';

export interface ErrorLimitSetting {
  readonly unit: 'inputs' | 'percent';
  readonly most: number;
}

/** A percentage is tested after so many inputs, and at the end. */
const PERCENT_STEP = 100;

export class ErrorLimit {
  readonly #setting: ErrorLimitSetting | undefined;
  #asked = 0;
  #failed = 0;

  constructor(setting: ErrorLimitSetting | undefined) {
    this.#setting = setting;
  }

  /**
   * Inputs answered together: all of them count, whichever came first.
   *
   * @throws SqlcError service/max-errors
   */
  count(asked: number, failed: number): void {
    const steps = Math.floor((this.#asked + asked) / PERCENT_STEP) - Math.floor(this.#asked / PERCENT_STEP);
    this.#asked += asked;
    this.#failed += failed;
    const setting = this.#setting;
    if (setting === undefined) return;
    if (setting.unit === 'inputs' ? failed > 0 : steps > 0) this.check();
  }

  /** @throws SqlcError service/max-errors */
  check(): void {
    const setting = this.#setting;
    if (setting === undefined || this.#asked === 0) return;
    const reached = setting.unit === 'inputs' ? this.#failed : (100 * this.#failed) / this.#asked;
    if (reached <= setting.most) return;
    const limit = setting.unit === 'inputs' ? setting.most : `${setting.most} percent`;
    throw error('service/max-errors', { failed: this.#failed, asked: this.#asked, limit });
  }
}
