import { type Address, inRange, parseAddress, type Range, range, reaches } from './address.js';

/** Non-public addresses that may be fetched. */
export interface AllowList {
  /** Whether the operator trusts this host, regardless of its address. */
  allowsHost(url: URL): boolean;
  allowsAddress(address: Address): boolean;
}

/**
 * Parses entries such as `localhost`, `api.internal:8443`, `[::1]:8080`, `10.0.0.0/8`, `127.0.0.1`.
 * A host is matched as it is written in the URL, with its port if the entry has one; a CIDR by the address reached.
 * @throws Error that names the entry
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const hosts = new Set<string>();
  const ranges: Range[] = [];
  for (const entry of entries) {
    const single = parseAddress(entry);
    if (single || entry.includes('/')) ranges.push(range(entry));
    else hosts.add(hostEntry(entry));
  }
  return {
    allowsHost: (url) => hosts.has(bareHost(url)) || hosts.has(`${bareHost(url)}:${portOf(url)}`),
    allowsAddress: (address) => reaches(address).some((reached) => ranges.some((allowed) => inRange(reached, allowed))),
  };
}

function hostEntry(entry: string): string {
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? [];
  // The URL parser normalises a host: lower case, punycode, short IPv6.
  const url = `http://${host}/`;
  if (!host || !URL.canParse(url) || /[/?#@\\\s]/.test(host))
    throw new Error(`${entry} is not a host, host:port or CIDR`);
  return bareHost(new URL(url)) + (port === undefined ? '' : `:${port}`);
}

/** `example.com.` and `example.com` are the same host. */
function bareHost(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}
