// A syntax tree as stable text for goldens: S-expressions without spans; absent, empty and false fields are left out.

const WIDTH = 100;

export function printAst(node: unknown): string {
  return format(node, '');
}

function format(value: unknown, indent: string): string {
  const flat = flatten(value);
  if (indent.length + flat.length <= WIDTH || typeof value !== 'object' || value === null) return flat;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return value.map((item) => `\n${deeper}${format(item, deeper)}`).join('');
  const short = leaf(value);
  if (short !== undefined) return short;
  const lines = fields(value).map(([key, field]) => {
    if (Array.isArray(field)) return `\n${deeper}${key}:${format(field, deeper)}`;
    return `\n${deeper}${key}: ${format(field, deeper)}`;
  });
  return `(${kindOf(value)}${lines.join('')})`;
}

function flatten(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flatten).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const short = leaf(value);
  if (short !== undefined) return short;
  const parts = fields(value).map(([key, field]) => (field === true ? key : `${key}=${flatten(field)}`));
  return `(${[kindOf(value), ...parts].filter((part) => part !== '').join(' ')})`;
}

/** Nodes so frequent that they are worth a shorter form. */
function leaf(node: object): string | undefined {
  const { kind, name, quoted, parts, parameters, text, value, money, national } = node as Record<string, unknown>;
  if (typeof quoted === 'boolean') return quoted ? `[${String(name)}]` : String(name);
  if (Array.isArray(parts) && kind === undefined) return parts.map(flatten).join('.');
  if (kind === 'column' && Array.isArray(parts)) return parts.map(flatten).join('.');
  if (kind === 'number' && typeof text === 'string') return `${money === true ? '$' : ''}${text}`;
  if (kind === 'string' && typeof national === 'boolean') return `${national ? 'N' : ''}'${String(value)}'`;
  if (kind === undefined && Array.isArray(parameters)) {
    return parameters.length === 0 ? `<${String(name)}>` : `<${String(name)}(${parameters.join(',')})>`;
  }
  return undefined;
}

function kindOf(node: object): string {
  return 'kind' in node ? String(node.kind) : '';
}

function fields(node: object): [string, unknown][] {
  return Object.entries(node).filter(([key, value]) => {
    if (key === 'span' || key === 'kind' || value === undefined || value === false) return false;
    return !(Array.isArray(value) && value.length === 0);
  });
}
