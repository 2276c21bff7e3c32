// Random statements of the recorded grammar: a walk through its rules that takes the shortest way out once it is deep.
// Conditions the grammar decides by looking ahead are not in the recording, so not every text parses; all must end well.

import type { TokenType } from 'chevrotain';
import { StatementParser } from '../../../src/parser/statements.ts';
import { vocabulary } from '../../../src/parser/tokens.ts';

/** What Chevrotain records of a rule, as it serialises it. */
interface Production {
  readonly type: string;
  readonly name?: string;
  readonly definition?: readonly Production[];
  readonly separator?: Production;
}

type Random = (below: number) => number;

/** Names the texts are made of: columns oftenest, then tables and functions of FUZZ_SETUP and of the language. */
const NAMES = [
  ...[
    'a',
    'b',
    'c',
    'd',
    'e',
    'a',
    'b',
    'c',
    'x',
    't',
    't',
    't',
    'u',
    'u',
    'dbo',
    '[a b]',
    '"q"',
    '#tmp',
    'int',
    'nvarchar',
  ],
  ...[
    'COUNT',
    'SUM',
    'MIN',
    'LEN',
    'UPPER',
    'ISNULL',
    'ROUND',
    'DATEADD',
    'year',
    'ROW_NUMBER',
    'SENTIMENT',
    'STRING_AGG',
  ],
  ...[
    'IIF',
    'SUBSTRING',
    'OPENJSON',
    'STRING_SPLIT',
    'JSON_VALUE',
    'decimal',
    'datetime2',
    'bit',
    'float',
    'varbinary',
  ],
];
const LITERALS: Readonly<Record<string, readonly string[]>> = {
  Word: NAMES,
  QuotedName: ['[a]', '[t]', '"b"', '[x]]y]'],
  Integer: ['0', '1', '2', '10', '2147483647', '9223372036854775808'],
  Decimal: ['1.5', '.5', '1e3', '5.', '0.000000000000000000001'],
  Money: ['$1.50', '$', '€2'],
  StringText: ["''", "'x'", "N'é'", "'it''s'", "'2020-01-31'", "'1'", "'$.a'"],
  Binary: ['0x', '0xAB'],
  Variable: ['@v', '@i', '@@ROWCOUNT'],
  ReservedWord: ['KILL'],
  NiladicFunction: ['CURRENT_TIMESTAMP', 'CURRENT_USER'],
  ClauseWord: ['BACKUP'],
  CompoundAssign: ['+=', '||='],
  ListStart: ['ARRAY['],
  SubscriptStart: ['['],
  Separator: [';'],
  Unknown: ['?'],
};
const DEEP = 24;
const LONG = 60;
const ENDLESS = 1e6;

export class GrammarWalk {
  private readonly rules: ReadonlyMap<string, Production>;
  /** How many rules deep the shortest text of a rule goes. */
  private readonly heights = new Map<string, number>();
  private readonly members = new Map<string, readonly string[]>();
  private random: Random = () => 0;
  private tokens: string[] = [];

  constructor() {
    const grammar: readonly Production[] = new StatementParser().ready().getSerializedGastProductions();
    this.rules = new Map(grammar.map((rule) => [rule.name ?? '', rule]));
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (const [name, rule] of this.rules) {
        const height = 1 + this.heightOf(rule.definition ?? []);
        if (height < (this.heights.get(name) ?? ENDLESS)) {
          this.heights.set(name, height);
          isChanged = true;
        }
      }
    }
  }

  /** @returns a statement, now and then several */
  script(random: Random): string {
    this.random = random;
    this.tokens = [];
    do {
      // Half of them queries, which have most of the grammar.
      this.walk(this.rules.get(random(2) === 0 ? 'selectStatement' : 'script'), 0);
      this.tokens.push(';');
    } while (random(8) === 0);
    return this.tokens
      .join(' ')
      .replaceAll(/ ?\. ?/g, '.')
      .replaceAll(' [ ', '[');
  }

  private walk(node: Production | undefined, depth: number): void {
    if (node === undefined) return;
    const inner = node.definition ?? [];
    const isDeep = depth > DEEP || this.tokens.length > LONG;
    switch (node.type) {
      case 'Terminal':
        this.tokens.push(this.textOf(node.name ?? ''));
        return;
      case 'NonTerminal':
        this.walk(this.rules.get(node.name ?? ''), depth + 1);
        return;
      case 'Option':
        if (!isDeep && this.random(3) === 0) this.sequence(inner, depth);
        return;
      case 'Alternation': {
        const ways = inner.map((way) => this.heightOf(way.definition ?? []));
        const least = Math.min(...ways);
        const usable = inner.filter((_, index) => !isDeep || ways[index] === least);
        this.sequence(usable[this.random(usable.length)]?.definition ?? [], depth);
        return;
      }
      case 'Repetition':
      case 'RepetitionWithSeparator':
      case 'RepetitionMandatory':
      case 'RepetitionMandatoryWithSeparator': {
        const least = node.type.includes('Mandatory') ? 1 : 0;
        const times = isDeep || this.random(2) === 0 ? least : least + this.random(3);
        for (let time = 0; time < times; time++) {
          if (time > 0) this.walk(node.separator, depth);
          this.sequence(inner, depth);
        }
        return;
      }
      default:
        this.sequence(inner, depth);
    }
  }

  private sequence(nodes: readonly Production[], depth: number): void {
    for (const node of nodes) this.walk(node, depth);
  }

  private heightOf(nodes: readonly Production[]): number {
    return Math.max(0, ...nodes.map((node) => this.heightOfOne(node)));
  }

  private heightOfOne({ type, name, definition = [] }: Production): number {
    switch (type) {
      case 'Terminal':
      case 'Option':
      case 'Repetition':
      case 'RepetitionWithSeparator':
        return 0;
      case 'NonTerminal':
        return this.heights.get(name ?? '') ?? ENDLESS;
      case 'Alternation':
        return Math.min(...definition.map((way) => this.heightOf(way.definition ?? [])));
      default:
        return this.heightOf(definition);
    }
  }

  private textOf(name: string): string {
    const known = this.members.get(name) ?? textsOf(name);
    this.members.set(name, known);
    return known[this.random(known.length)] ?? name;
  }
}

/** The texts of a token, or of every token of a category. */
function textsOf(name: string): readonly string[] {
  const own = LITERALS[name];
  const type = vocabulary.find((token) => token.name === name);
  if (own !== undefined || type === undefined) return own ?? [name];
  const members = vocabulary.filter((token) => isOf(token, type));
  // A name is a word far oftener than a keyword that may be one.
  if (members.some((token) => token.name === 'Word')) return NAMES;
  const leaves = members.filter((token) => !vocabulary.some((other) => isOf(other, token)));
  if (leaves.length > 0) return leaves.flatMap((token) => textsOf(token.name));
  return [type.LABEL?.match(/^"(.+)"$/)?.[1] ?? name];
}

function isOf(token: TokenType, category: TokenType): boolean {
  return token.CATEGORIES?.some((parent) => parent === category || isOf(parent, category)) === true;
}
