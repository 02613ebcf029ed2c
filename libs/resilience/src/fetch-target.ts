import { lookup } from 'node:dns/promises';
import { type Address, isOwn, isPublic, parseAddress } from './address.js';
import type { AllowList } from './allow-list.js';
import { displayUrl, FetchError } from './fetch-error.js';

/** All addresses of a host name, as text. Rejects when there are none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** A URL that may be fetched, with the addresses that were checked: only these may be connected to. */
export interface Target {
  readonly url: URL;
  readonly addresses: readonly { readonly address: string; readonly family: 4 | 6 }[];
}

/** The system's resolver: hosts file and DNS. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, order: 'verbatim' })).map(({ address }) => address);

/** Parses a URL and refuses anything but plain http(s). The parser turns 2130706433, 0x7f.1 and the like into 127.0.0.1. */
export function parseTarget(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new FetchError('FETCH_BAD_URL', 'the address is not a URL');
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new FetchError('FETCH_BAD_URL', `only http and https can be fetched, not ${url.protocol}`);
  if (url.username || url.password)
    throw new FetchError('FETCH_BAD_URL', `${displayUrl(url)}: the address must not contain a user name or password`);
  url.hash = '';
  return url;
}

/** Names under which clouds answer with the credentials of the machine, whatever they resolve to. */
const METADATA =
  /^(metadata|instance-data|metadata\.(goog|google\.internal|azure\.internal|tencentyun\.com)|instance-data\.ec2\.internal)\.?$/i;

/** Finds the addresses of a URL's host and checks every one; errors call it `shown`. @throws FetchError FETCH_DNS_FAILED · FETCH_BLOCKED_ADDRESS */
export async function resolveTarget(
  url: URL,
  allow: AllowList,
  resolve: Resolve,
  shown = displayUrl(url),
): Promise<Target> {
  const trusted = allow.allowsHost(url);
  if (!trusted && METADATA.test(url.hostname))
    throw new FetchError('FETCH_BLOCKED_ADDRESS', `${shown} is the metadata of a cloud; an operator can allow it`);
  const literal = parseAddress(url.hostname);
  const addresses = literal ? [literal] : await addressesOf(url, resolve, shown);
  // One bad address refuses them all: a name with both internal and public addresses is not trusted.
  for (const address of trusted ? [] : addresses) {
    if (allow.allowsAddress(address)) continue;
    const refusal = !isPublic(address) ? 'is not a public address' : isOwn(address) ? 'is this machine' : undefined;
    if (refusal !== undefined)
      throw new FetchError(
        'FETCH_BLOCKED_ADDRESS',
        `${shown} resolves to ${address}, which ${refusal}; an operator can allow it`,
      );
  }
  return { url, addresses: addresses.map((a) => ({ address: a.toString(), family: a.kind() === 'ipv4' ? 4 : 6 })) };
}

async function addressesOf(url: URL, resolve: Resolve, shown: string): Promise<Address[]> {
  let found: readonly string[];
  try {
    found = await resolve(url.hostname);
  } catch (cause) {
    throw new FetchError('FETCH_DNS_FAILED', `${shown}: the host name cannot be resolved`, { cause });
  }
  const addresses = found.map(parseAddress);
  if (addresses.length === 0 || addresses.includes(undefined))
    throw new FetchError('FETCH_DNS_FAILED', `${shown}: the host name has no usable address`);
  return addresses as Address[];
}
