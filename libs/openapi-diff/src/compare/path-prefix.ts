import type { Both } from '../both.js';
import { asObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import type { CanonicalApi } from '../normalize/normalize.js';
import { addressesOf } from './servers.js';

/** What stands before the paths of each side in the addresses of its servers, as far as the two differ; one of them is empty. */
export const movedPrefix = ({ before, after }: Both<CanonicalApi>): Both<string> | undefined => {
  if (before['servers'] === after['servers'] || hasOwnServers(before) || hasOwnServers(after)) return undefined;
  const [old, now] = [addresses(before), addresses(after)];
  const inServer = { before: extension(old, now), after: extension(now, old) };
  if (inServer.before !== undefined && hasPathsUnder(after, inServer.before))
    return { before: inServer.before, after: '' };
  if (inServer.after !== undefined && hasPathsUnder(before, inServer.after))
    return { before: '', after: inServer.after };
  return undefined;
};

const addresses = ({ servers }: CanonicalApi): string[] =>
  [...addressesOf(servers).keys()].map((address) => (address === '/' ? '' : address)).sort();

/** What each of the longer addresses has after one of the shorter ones, if that is the same for all. */
const extension = (longer: readonly string[], shorter: readonly string[]): string | undefined => {
  const [long = '', short = ''] = [longer[0], shorter[0]];
  const prefix = long.slice(short.length);
  const isIt = prefix.startsWith('/') && longer.join('\n') === shorter.map((address) => address + prefix).join('\n');
  return isIt ? prefix : undefined;
};

const hasPathsUnder = ({ paths }: CanonicalApi, prefix: string): boolean =>
  Object.keys(paths).some((path) => path.startsWith(`${prefix}/`));

const hasOwnServers = ({ paths }: CanonicalApi): boolean =>
  Object.values(paths).some((item) =>
    Object.entries(asObject(item)).some(
      ([key, value]) => key === 'servers' || (METHODS.has(key) && asObject(value)['servers'] !== undefined),
    ),
  );
