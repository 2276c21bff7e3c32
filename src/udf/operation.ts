// What a service can be asked: an operation encodes distinct inputs into one request and decodes the answer
// into one value, or one error, per input. Functions are typed projections of an operation's answer.

import type { SqlType } from '../arrow/sql-type.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** A value of an answer: structs are objects, lists arrays, bigint for bigint columns. */
export type AnswerValue =
  | null
  | string
  | number
  | boolean
  | bigint
  | Uint8Array
  | readonly AnswerValue[]
  | { readonly [field: string]: AnswerValue };

/**
 * The arguments of one distinct input, in the order of `Operation.inputs`; NULL is an optional argument left out.
 * Always text, whatever the type: equal texts are equal inputs, and the bytes are the key of the answer.
 */
export type Input = readonly (string | null)[];

/** A document the service refuses: a value, not an exception. */
export interface DocumentError {
  readonly code: string;
  readonly message: string;
  readonly retriable: boolean;
}

export type Outcome =
  | { readonly ok: true; readonly value: AnswerValue }
  | { readonly ok: false; readonly error: DocumentError };

/** The whole request was refused. */
export interface RequestRefusal {
  readonly status: number;
  readonly code: string;
  /** Innermost code: the actionable one. */
  readonly innerCode: string;
  readonly message: string;
  /** Where a redirect (3xx) points to, without its query. */
  readonly location?: string | undefined;
}

export type Decoded =
  | {
      readonly kind: 'answered' /** One per input, in the order of the request. */;
      readonly outcomes: readonly Outcome[];
      readonly model: string;
    }
  | { readonly kind: 'refused'; readonly refusal: RequestRefusal }
  /** 2xx that cannot be read as the operation's answer. */
  | { readonly kind: 'protocol'; readonly detail: string };

export interface Limits {
  /** Documents per request. */
  readonly documents: number;
  /** Text elements (graphemes) per document. */
  readonly documentElements: number;
  /** Serialised request body, bytes. */
  readonly requestBytes: number;
}

export type ServiceType = 'language' | 'vision' | 'face' | 'speech' | 'translator' | 'anomaly';

/** What a service adds to every request. */
export interface RequestSettings {
  /** By default the latest. */
  readonly modelVersion?: string | undefined;
  /** Ask the service not to keep the inputs; by default it decides. */
  readonly loggingOptOut?: boolean | undefined;
}

interface OperationBase {
  /** `language/sentiment`: the ids of the emulator's statistics and of the run report. */
  readonly id: string;
  readonly inputs: readonly { readonly name: string; readonly type: SqlType; readonly optional: boolean }[];
  /** Type of one answer: always a struct. */
  readonly answer: SqlType;
  readonly limits: Limits;
  /** Operations that one request asks together: this one's answer holds theirs. */
  readonly members?: readonly Operation[];
  /** What one input is billed as: text records, transactions … (7-azure-wire, section 10). */
  billedUnits(input: Input): number;
}

/** A part of an input that is too long for one document. */
export interface Piece {
  /** What is sent in its place. */
  readonly input: Input;
  /** Code points of the whole text before it. */
  readonly offset: number;
  /** Code points. */
  readonly length: number;
}

export interface AnsweredPiece<Answer extends AnswerValue = AnswerValue> extends Piece {
  readonly value: Answer;
}

/** How inputs too long for one document are asked about. */
export interface LongInputs {
  /** The pieces to send, in text order; `undefined`: the input fits one document. */
  cut(input: Input): readonly Piece[] | undefined;
  /** The answer of the whole, from those of all its pieces in text order. */
  merge(pieces: readonly AnsweredPiece[]): AnswerValue;
}

/**
 * What one request can be asked about its inputs together, feature by feature. Operations of a group have the same
 * inputs, and none of them cuts long ones.
 */
interface FusionGroup {
  /** `vision/analyze`: also what its requests are priced by, whatever they ask for. */
  readonly id: string;
}

export interface WireFusionGroup extends FusionGroup {
  /** As an operation's own; each operation reads its part of the answer with its own `decode`. */
  encode(features: readonly string[], inputs: readonly Input[], settings?: RequestSettings): EncodedRequest;
}

export interface LocalFusionGroup extends FusionGroup {
  /** For each input, in order, the outcome of each feature. */
  call(
    features: readonly string[],
    inputs: readonly Input[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly (readonly Outcome[])[]>;
}

/** An operation's part of a group's requests. */
export interface Fusion<Group extends FusionGroup = FusionGroup> {
  /** The same object in each operation of the group. */
  readonly group: Group;
  /** What a request asks for on the operation's behalf. */
  readonly feature: string;
}

type EncodedRequest = Omit<WireRequest, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/** Asked of a service, over a transport. An empty text needs no call: services refuse it. */
export interface WireOperation extends OperationBase {
  readonly service: ServiceType;
  /** Without it the service's refusal of a too long input is that input's error. */
  readonly long?: LongInputs;
  readonly fusion?: Fusion<WireFusionGroup>;
  /** One request for these inputs. Ids are the position in `inputs`, as decimal strings. */
  encode(inputs: readonly Input[], settings?: RequestSettings): EncodedRequest;
  /**
   * Outcomes by id, from `documents` and `errors`. An input in neither is the document error `MissingDocument`, one
   * that appears twice `DuplicateDocument` (both retriable); an id nobody asked for makes all of it `protocol`.
   */
  decode(response: WireResponse, inputs: readonly Input[]): Decoded;
}

/** Of registered functions that say what they cost; they count against budgets then, as a service does. */
export interface LocalPrices {
  /** Of 1,000 inputs, by operation. */
  readonly inputs: ReadonlyMap<string, number>;
  /** Of 1,000 requests. */
  readonly requests: number;
}

/** Computed in this process: a registered function. */
export interface LocalOperation extends OperationBase {
  readonly service: 'local';
  /** Whether answers are kept in the result cache. */
  readonly cached: boolean;
  readonly fusion?: Fusion<LocalFusionGroup>;
  readonly prices?: LocalPrices;
  /** One outcome per input, in order. */
  call(inputs: readonly Input[], options: { readonly signal: AbortSignal }): Promise<readonly Outcome[]>;
}

export type Operation = WireOperation | LocalOperation;

export function isLocal(operation: Operation): operation is LocalOperation {
  return operation.service === 'local';
}

/** Whether two operations can be asked in one request, of services that allow it. */
export function areFusible(a: Operation, b: Operation): boolean {
  return a.fusion !== undefined && a.fusion.group === b.fusion?.group;
}

/** What a price sheet may name: operations, and groups whose requests have a price of their own. */
export function pricedIds(operations: readonly Pick<WireOperation, 'id' | 'fusion'>[]): readonly string[] {
  return [...new Set(operations.flatMap(({ id, fusion }) => (fusion === undefined ? [id] : [id, fusion.group.id])))];
}
