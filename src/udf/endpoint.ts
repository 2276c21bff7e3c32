// Where requests may go: https anywhere, plain http to this machine, or elsewhere by name and without credentials.
// Knows URLs only; the transport and the binder ask it.

/** Whether a host name means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** What is wrong with an endpoint, as what is expected instead; `undefined`: nothing. */
export function endpointProblem(endpoint: URL, allowHttp: boolean): string | undefined {
  if (endpoint.protocol !== 'https:' && endpoint.protocol !== 'http:') return 'an https URL';
  if (endpoint.username !== '' || endpoint.password !== '') return 'a URL without user name and password';
  if (endpoint.search !== '' || endpoint.hash !== '') return 'a URL without query and fragment';
  if (endpoint.protocol === 'http:' && !allowHttp && !isLoopback(endpoint.hostname)) {
    return 'https (plain http only reaches this machine)';
  }
  return undefined;
}
