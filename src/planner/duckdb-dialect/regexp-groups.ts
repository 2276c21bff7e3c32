// Where the groups of a regular expression stand in a match. RE2 says it, DuckDB passes the texts on alone: so every
// part of the pattern before a group becomes a group too, and the lengths of those before one add up to its place.

/** By numbers of the groups of the new pattern. */
export interface GroupPlace {
  readonly own: number;
  /** Those that stand before it. */
  readonly before: readonly number[];
  /** All repetitions of it: it is the last of them. */
  readonly repeated?: number;
}

export interface PlacedGroups {
  readonly pattern: string;
  /** In the order of the given pattern's groups; `'repeated'`: inside a part that is repeated, its place is not known. */
  readonly places: readonly (GroupPlace | 'repeated')[];
}

/** SQL: how many groups a pattern has. */
export function countGroups(pattern: string): string {
  const bare = `regexp_replace(${pattern}, '\\\\[\\s\\S]|\\[\\^?\\]?(?:\\\\[\\s\\S]|\\[:\\w+:\\]|[^\\]\\\\])*\\]', '', 'g')`;
  const times = (part: string) => `len(regexp_extract_all(${bare}, '${part}'))`;
  return `(${times('\\(')} - ${times('\\(\\?')} + ${times('\\(\\?P?<')})`;
}

const PIECE =
  /\\Q[\s\S]*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]|\(\?P?<\w+>|\(\?[a-zA-Z]*(?:-[a-zA-Z]+)?[:)]|[\s\S]/g;
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/;

/** @param pattern of a literal; one that RE2 refuses may come out as another that it refuses */
export function placedGroups(pattern: string): PlacedGroups {
  const tokens = [...pattern.matchAll(PIECE)].map((m) => m[0]);
  const places: (GroupPlace | 'repeated')[] = [];
  const numbers = { next: 1 };
  let at = 0;

  /** Alternatives up to a closing parenthesis. `start`: what stands before them, or undefined inside a repetition. */
  const alternatives = (start: readonly number[] | undefined): string => {
    const branches: string[] = [];
    let sequence = '';
    let run = '';
    let before = start;
    const flush = () => {
      if (run === '') return;
      if (before === undefined) sequence += run;
      else {
        before = [...before, numbers.next++];
        sequence += `(${run})`;
      }
      run = '';
    };
    for (; at < tokens.length && tokens[at] !== ')'; ) {
      const token = tokens[at++] ?? '';
      if (token === '|') {
        flush();
        branches.push(sequence);
        [sequence, before] = ['', start];
      } else if (/^\(\?[^)]*\)$/.test(token)) {
        // Flags hold to the end of what encloses them.
        flush();
        sequence += token;
      } else if (token.startsWith('(')) {
        flush();
        const { text, after } = group(token, before);
        sequence += text;
        before = after;
      } else run += token + quantifier();
    }
    flush();
    return [...branches, sequence].join('|');
  };

  const quantifier = (): string => {
    const found =
      tokens
        .slice(at, at + 12)
        .join('')
        .match(QUANTIFIER)?.[0] ?? '';
    for (let length = 0; length < found.length; ) length += tokens[at++]?.length ?? found.length;
    return found;
  };

  const isRepeated = (): boolean => {
    let depth = 1;
    let i = at;
    for (; i < tokens.length && depth > 0; i++) {
      const token = tokens[i] ?? '';
      if (token === ')') depth--;
      else if (token.startsWith('(') && !/^\(\?[^)]*\)$/.test(token)) depth++;
    }
    return QUANTIFIER.test(tokens.slice(i, i + 12).join(''));
  };

  const group = (open: string, before: readonly number[] | undefined) => {
    const isCapture = open === '(' || open.includes('<');
    const repeated = isRepeated();
    const outer = repeated && before !== undefined ? numbers.next++ : undefined;
    const own = isCapture || (before !== undefined && !repeated) ? numbers.next++ : undefined;
    if (isCapture)
      places.push(
        before === undefined || own === undefined
          ? 'repeated'
          : { own, before, ...(outer === undefined ? {} : { repeated: outer }) },
      );
    const inner = alternatives(repeated ? undefined : before);
    at++;
    const scoped = open.startsWith('(?') && !open.includes('<') ? `${open}${inner})` : inner;
    const body = own === undefined ? scoped : `(${scoped})`;
    const text = `${body}${quantifier()}`;
    const whole = outer ?? own;
    return {
      text: outer === undefined ? text : `(${text})`,
      after: before === undefined || whole === undefined ? before : [...before, whole],
    };
  };

  return { pattern: alternatives([]), places };
}
