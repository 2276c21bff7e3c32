// Whether a script that comes line by line stands in code, in a string or in a comment. Each character is read once.

type Inside = 'code' | "'" | '"' | ']' | '--' | '/*';

export class CodeState {
  #inside: Inside = 'code';
  /** Of nested comments. */
  #depth = 0;

  get isCode(): boolean {
    return this.#inside === 'code';
  }

  /** @param line with its line break @param onSeparator called with where each ";" stands in it */
  read(line: string, onSeparator: (at: number) => void = () => {}): void {
    for (let i = 0; i < line.length; i++) {
      const c = line.charAt(i);
      const two = line.slice(i, i + 2);
      if (this.#inside === 'code') {
        if (two === '--') this.#inside = '--';
        else if (two === '/*') {
          this.#inside = '/*';
          this.#depth = 1;
          i++;
        } else if (c === "'" || c === '"') this.#inside = c;
        else if (c === '[') this.#inside = ']';
        else if (c === ';') onSeparator(i);
      } else if (this.#inside === '--') {
        if (c === '\n') this.#inside = 'code';
      } else if (this.#inside === '/*') {
        if (two === '/*') this.#depth++;
        if (two === '*/') this.#depth--;
        if (two === '/*' || two === '*/') i++;
        if (this.#depth === 0) this.#inside = 'code';
      } else if (c === this.#inside) {
        // A doubled quote closes and opens again, which comes to the same.
        this.#inside = 'code';
      }
    }
  }
}
