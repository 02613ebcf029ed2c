import { describe, expect, it } from '@jest/globals';
import { createHttpPool, resolveGuarded } from './index.js';
import { failure } from './testing/http-world.js';

const side = 'source';
const resolve = async (name: string) => (name === 'none.test' ? [] : ['10.0.0.7', '10.0.0.8']);

describe('an address for a connection that is not HTTP', () => {
  it.each([
    ['db.test', ['db.test:5432'], { address: '10.0.0.7', family: 4, port: 5432 }],
    ['db.test', ['10.0.0.0/8'], { address: '10.0.0.7', family: 4, port: 5432 }],
    ['::1', ['::1'], { address: '::1', family: 6, port: 5432 }],
    ['[::1]', ['::1'], { address: '::1', family: 6, port: 5432 }],
    ['8.8.8.8', [], { address: '8.8.8.8', family: 4, port: 5432 }],
  ])('of %s is given where %j allows it', async (host, allow, address) => {
    expect(await resolveGuarded(host, 5432, { side, allow, resolve })).toEqual(address);
    expect(await createHttpPool({ allow, resolve }).resolveGuarded(host, 5432, { side })).toEqual(address);
  });

  it.each([
    ['db.test', ['db.test:80'], 'Terminal', 'SOURCE_ADDRESS_REFUSED'],
    ['db.test', ['10.0.0.7'], 'Terminal', 'SOURCE_ADDRESS_REFUSED'],
    ['127.0.0.1', [], 'Terminal', 'SOURCE_ADDRESS_REFUSED'],
    ['2130706433', [], 'Terminal', 'SOURCE_ADDRESS_REFUSED'],
    ['169.254.169.254', [], 'Terminal', 'SOURCE_ADDRESS_REFUSED'],
    ['none.test', [], 'Retryable', 'SOURCE_UNREACHABLE'],
    ['/var/run/postgresql', [], 'Terminal', 'SOURCE_REQUEST_INVALID'],
    ['me@db.test', [], 'Terminal', 'SOURCE_REQUEST_INVALID'],
    ['', [], 'Terminal', 'SOURCE_REQUEST_INVALID'],
    ['a b', [], 'Terminal', 'SOURCE_REQUEST_INVALID'],
  ])('of %j with %j is refused: %s %s', async (host, allow, name, code) => {
    expect(await failure(resolveGuarded(host, 5432, { side, allow, resolve }))).toMatchObject({ name, code });
  });

  it('is not waited for once the signal is aborted', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    const hanging = { side, signal, resolve: () => new Promise<never>(() => {}) } as const;
    await expect(resolveGuarded('db.test', 5432, hanging)).rejects.toThrow('cancelled');
  });
});
