import { unlessAborted } from '@tidemark/foundation';
import { type AllowList, parseAllowList } from './allow-list.js';
import { FetchError } from './fetch-error.js';
import { type Resolve, resolveTarget, systemResolve } from './fetch-target.js';
import { codeOf, connectionError } from './http-client/http-errors.js';
import type { Side } from './http-client/http-types.js';
import { Terminal } from './external-error.js';

export interface ResolveGuardedOptions {
  readonly side: Side;
  /** As for a pool. Default: public addresses only. */
  readonly allow?: AllowList | readonly string[];
  readonly resolve?: Resolve;
  readonly signal?: AbortSignal;
}

/** The address to connect to: never look the name up again. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/**
 * Finds and checks the addresses of a host for a plain TCP connection, by the rules of the HTTP client.
 * Returns the first; TLS still needs the name. @throws Terminal `…_ADDRESS_REFUSED` · Retryable `…_UNREACHABLE`
 */
export async function resolveGuarded(
  host: string,
  port: number,
  { side, allow = [], resolve = systemResolve, signal }: ResolveGuardedOptions,
): Promise<CheckedAddress> {
  const text = `http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${port}`;
  if (!URL.canParse(text) || /[\s/\\?#@%]/.test(host) || host === '')
    throw new Terminal(codeOf(side, 'REQUEST_INVALID'), `host: ${JSON.stringify(host)} is not the name of a host`, {
      field: 'host',
    });
  const list = 'allowsHost' in allow ? allow : parseAllowList(allow);
  try {
    const { addresses } = await unlessAborted(
      resolveTarget(new URL(text), list, resolve, text.slice('http://'.length)),
      signal,
    );
    return { ...addresses[0]!, port };
  } catch (error) {
    throw error instanceof FetchError ? connectionError(side, error) : error;
  }
}
