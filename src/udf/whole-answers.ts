// Between inputs and the documents that are sent for them: an input too long for one document goes in pieces and is
// answered when the last of them is. Every answer is in the cache before anybody sees it; pieces never are.

import { invariant } from '../common/errors.ts';
import type { Answered, CallOptions } from './call-operator.ts';
import { type AnsweredPiece, type Input, isLocal, type Operation, type Outcome, type Piece } from './operation.ts';

/** What is sent for an input. */
export function documentsOf(operation: Operation, input: Input): readonly Input[] {
  return piecesOf(operation, input)?.map((piece) => piece.input) ?? [input];
}

function piecesOf(operation: Operation, input: Input): readonly Piece[] | undefined {
  return isLocal(operation) ? undefined : operation.long?.cut(input);
}

interface Whole {
  readonly input: Input;
  readonly pieces: readonly Piece[];
  readonly outcomes: (Outcome | undefined)[];
  missing: number;
}

export class WholeAnswers {
  readonly #options: Pick<CallOptions, 'operation' | 'stats' | 'cache'>;
  /** By the document itself, not by its text: equal pieces of two inputs are two documents. */
  readonly #wholes = new Map<Input, { readonly whole: Whole; readonly index: number }>();

  constructor(options: Pick<CallOptions, 'operation' | 'stats' | 'cache'>) {
    this.#options = options;
  }

  /** The documents to send for an input. */
  documentsFor(input: Input): readonly Input[] {
    const { operation, stats } = this.#options;
    const pieces = piecesOf(operation, input);
    if (pieces === undefined) return [input];
    stats.split.inputs++;
    stats.split.documents += pieces.length;
    const whole: Whole = { input, pieces, outcomes: pieces.map(() => undefined), missing: pieces.length };
    return pieces.map((piece, index) => {
      this.#wholes.set(piece.input, { whole, index });
      return piece.input;
    });
  }

  holdsPieceOf(documents: readonly Input[]): boolean {
    return documents.some((document) => this.#wholes.has(document));
  }

  /** Takes what documents were answered, for good; gives the answers of the inputs that are complete now. */
  async complete(documents: readonly Answered[]): Promise<readonly Answered[]> {
    const { stats, cache } = this.#options;
    const answers = documents.flatMap((document) => this.#settle(document));
    for (const { outcome } of answers) if (!outcome.ok) stats.countError(outcome.error.code);
    stats.countAnswered(answers.length);
    if (answers.length > 0) await cache?.store.put(answers);
    return answers;
  }

  #settle(document: Answered): readonly Answered[] {
    const part = this.#wholes.get(document.input);
    if (part === undefined) return [document];
    const { whole, index } = part;
    this.#wholes.delete(document.input);
    whole.outcomes[index] = document.outcome;
    whole.missing--;
    return whole.missing > 0 ? [] : [{ input: whole.input, outcome: this.#merged(whole) }];
  }

  /** A piece that failed for good fails the whole; else one that may yet be answered does. */
  #merged({ pieces, outcomes }: Whole): Outcome {
    const { operation } = this.#options;
    const failures: (Outcome & { ok: false })[] = [];
    const answered: AnsweredPiece[] = [];
    for (const [i, piece] of pieces.entries()) {
      const outcome = outcomes[i];
      invariant(outcome, 'a piece has no outcome');
      if (outcome.ok) answered.push({ ...piece, value: outcome.value });
      else failures.push(outcome);
    }
    const failure = failures.find(({ error }) => !error.retriable) ?? failures[0];
    if (failure !== undefined) return failure;
    invariant(!isLocal(operation) && operation.long, 'an input was cut that its operation does not cut');
    return { ok: true, value: operation.long.merge(answered) };
  }
}
