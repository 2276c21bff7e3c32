// Operations of one fusion group as one: a request asks for all their features, and an input's outcome holds theirs.
// What is cached, counted and given out is the members' (call-fused.ts).

import { struct } from '../arrow/sql-type.ts';
import { invariant } from '../common/errors.ts';
import {
  type AnswerValue,
  type Decoded,
  type DocumentError,
  isLocal,
  type LocalOperation,
  type Operation,
  type Outcome,
  type WireOperation,
} from './operation.ts';

/** @param members of one group, each once */
export function fusedOperation(members: readonly Operation[]): Operation {
  const [first] = members;
  invariant(first?.fusion !== undefined, 'an operation without a group was fused');
  const shared = {
    id: members.length === 1 ? first.id : first.fusion.group.id,
    inputs: first.inputs,
    answer: struct(Object.fromEntries(members.map((m) => [m.id, m.answer]))),
    limits: {
      documents: Math.min(...members.map((m) => m.limits.documents)),
      documentElements: Math.min(...members.map((m) => m.limits.documentElements)),
      requestBytes: Math.min(...members.map((m) => m.limits.requestBytes)),
    },
    billedUnits: () => invariant(false, 'a fused operation is billed by its members') as never,
  };
  return isLocal(first)
    ? { ...shared, ...fusedLocal(first, members) }
    : {
        ...shared,
        ...fusedWire(
          first,
          members.filter((m) => !isLocal(m)),
        ),
      };
}

function fusedWire(
  { service, fusion }: WireOperation,
  members: readonly WireOperation[],
): Pick<WireOperation, 'service' | 'fusion' | 'members' | 'encode' | 'decode'> {
  const features = featuresOf(members);
  return {
    service,
    ...(fusion && { fusion }),
    members,
    encode(inputs, settings) {
      invariant(fusion !== undefined, 'an operation without a group was fused');
      return fusion.group.encode(features, inputs, settings);
    },
    decode(response, inputs): Decoded {
      const parts: Extract<Decoded, { kind: 'answered' }>[] = [];
      for (const member of members) {
        const decoded = member.decode(response, inputs);
        if (decoded.kind !== 'answered') return decoded;
        parts.push(decoded);
      }
      const outcomes = inputs.map((_, i) => fusedOutcome(parts.flatMap((part) => part.outcomes[i] ?? [])));
      return { kind: 'answered', outcomes, model: parts[0]?.model ?? '' };
    },
  };
}

function fusedLocal(
  { fusion, cached, prices }: LocalOperation,
  members: readonly Operation[],
): Pick<LocalOperation, 'service' | 'fusion' | 'members' | 'cached' | 'prices' | 'call'> {
  const features = featuresOf(members);
  return {
    service: 'local',
    ...(fusion && { fusion }),
    ...(prices && { prices }),
    members,
    cached,
    async call(inputs, options) {
      invariant(fusion !== undefined, 'an operation without a group was fused');
      return (await fusion.group.call(features, inputs, options)).map(fusedOutcome);
    },
  };
}

function featuresOf(members: readonly Operation[]): string[] {
  return members.flatMap(({ fusion }) => fusion?.feature ?? []);
}

/** What stands for a member's outcome in a fused one. */
type Part =
  | { readonly value: AnswerValue }
  | { readonly error: { readonly [K in keyof DocumentError]: DocumentError[K] } };

/** A failure where every member may yet be answered; then it is each one's. */
function fusedOutcome(outcomes: readonly Outcome[]): Outcome {
  const [first] = outcomes;
  if (first !== undefined && !first.ok && outcomes.every((o) => !o.ok && o.error.retriable)) return first;
  const parts = outcomes.map((o): Part => (o.ok ? { value: o.value } : { error: { ...o.error } }));
  return { ok: true, value: parts };
}

/** Of the member number `index`. */
export function memberOutcome(fused: Outcome, index: number): Outcome {
  if (!fused.ok) return fused;
  const part = (fused.value as readonly Part[])[index]; // made by fusedOutcome
  invariant(part, 'a member has no outcome');
  return 'error' in part ? { ok: false, error: part.error } : { ok: true, value: part.value };
}
