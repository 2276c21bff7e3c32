// What a request asks for: its path and its query. Being liberal about case and slashes is the service's way.

export interface Target {
  /** Lower case, without a slash at the end; empty when the request names no place. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export function readTarget(asked: string): Target {
  const joined = asked.replace(/^\/{2,}/, '/');
  if (joined.startsWith('/')) {
    const at = joined.indexOf('?');
    const path = at === -1 ? joined : joined.slice(0, at);
    return { path: place(path), query: new URLSearchParams(at === -1 ? '' : joined.slice(at + 1)) };
  }
  // A proxy asks with the whole URL.
  if (!URL.canParse(joined)) return { path: '', query: new URLSearchParams() };
  const { pathname, searchParams } = new URL(joined);
  return { path: place(pathname), query: searchParams };
}

function place(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/+$/, '');
}
