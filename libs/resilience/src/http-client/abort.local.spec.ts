import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@tidemark/test-kit';
import { createCredential, type HttpClient, type HttpRequest, retrySchedule } from '../index.js';
import { failure, HttpWorld } from '../testing/http-world.js';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

interface Phase {
  readonly client: HttpClient;
  readonly request: HttpRequest;
  /** Resolves when the call is in the phase. */
  readonly reached: Promise<unknown>;
}

/** Runs everything that does not wait for external events. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const never = () => new Promise<never>(() => {});

const phases: Record<string, () => Promise<Phase>> = {
  'the address is looked up': async () => {
    const requested = Promise.withResolvers<void>();
    const resolve = () => (requested.resolve(), never());
    return { client: world.client({ resolve }), request: { url: 'http://named.test/' }, reached: requested.promise };
  },
  'the connection is made secure': async () => {
    const connected = Promise.withResolvers<void>();
    const base = await world.servers.tcp(() => connected.resolve());
    return {
      client: world.client(),
      request: { url: base.replace('http:', 'https:') },
      reached: connected.promise,
    };
  },
  'the headers are awaited': async () => {
    const requested = Promise.withResolvers<void>();
    const base = await world.servers.http(() => requested.resolve());
    return { client: world.client(), request: { url: base }, reached: requested.promise };
  },
  'the body is awaited': async () => {
    const requested = Promise.withResolvers<void>();
    const base = await world.servers.http((_request, response) => {
      response.write('half', () => requested.resolve());
    });
    return { client: world.client(), request: { url: base }, reached: requested.promise };
  },
  'the body of an error is awaited': async () => {
    const requested = Promise.withResolvers<void>();
    const base = await world.servers.http((_request, response) => {
      response.writeHead(500).write('half', () => requested.resolve());
    });
    return { client: world.client(), request: { url: base }, reached: requested.promise };
  },
  'a token is awaited from the bucket': async () => {
    const base = await world.servers.http((_request, response) => response.end());
    const client = world.client({ limits: { requestsPerSecond: 0.1 } });
    await client.request({ url: base });
    return { client, request: { url: base }, reached: Promise.resolve() };
  },
  'the allowance is used up': async () => {
    const headers = { 'ratelimit-remaining': 0, 'ratelimit-reset': 9 };
    const base = await world.servers.http((_request, response) => void response.writeHead(200, headers).end());
    const client = world.client();
    await client.request({ url: base });
    return { client, request: { url: base }, reached: Promise.resolve() };
  },
  'a slot in flight is awaited': async () => {
    const requested = Promise.withResolvers<void>();
    const base = await world.servers.http(() => requested.resolve());
    const client = world.client({ inFlight: 1 });
    client.request({ url: base }).catch(() => {});
    return { client, request: { url: base }, reached: requested.promise };
  },
  'a retry is awaited': async () => {
    const requested = Promise.withResolvers<void>();
    const base = await world.servers.http((_request, response) => {
      response.writeHead(503).end(() => requested.resolve());
    });
    return {
      client: world.client({ retries: retrySchedule([9]) }),
      request: { url: base },
      reached: requested.promise,
    };
  },
  'a token is renewed': async () => {
    const requested = Promise.withResolvers<void>();
    const base = await world.servers.http(() => requested.resolve());
    const credential = createCredential(
      'c1',
      {
        kind: 'oauth2-client-credentials',
        client: { clientId: 'us', clientSecret: 'hunter2', tokenUrl: `${base}/token` },
      },
      { http: world.client() },
    );
    return { client: world.client({ credential }), request: { url: base }, reached: requested.promise };
  },
};

describe('an abort ends a call at once, with its reason,', () => {
  it.each(Object.keys(phases))('while %s', async (name) => {
    const { client, request, reached } = await phases[name]!();
    const leaving = new AbortController();
    const call = client.request({ ...request, signal: leaving.signal });
    let outcome: unknown = 'still in flight';
    call.catch((error: unknown) => (outcome = error));
    await reached;
    await turns(5); // So that the call is in the phase on this side too.
    const reason = new Error('the job was cancelled');
    expect(outcome).toBe('still in flight');
    leaving.abort(reason);
    await turns(1);
    expect(outcome).toBe(reason);
  });

  it('before it has begun', async () => {
    let requested = 0;
    const base = await world.servers.http((_request, response) => {
      requested++;
      response.end();
    });
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(world.client().request({ url: base, signal })).rejects.toThrow('too late');
    expect(requested).toBe(0);
  });

  it('and closes its connection', async () => {
    const closed = Promise.withResolvers<void>();
    const leaving = new AbortController();
    const base = await world.servers.http((request) => {
      request.socket.on('close', () => closed.resolve());
      leaving.abort();
    });
    await expect(world.client().request({ url: base, signal: leaving.signal })).rejects.toThrow(leaving.signal.reason);
    await closed.promise;
  });

  it('and is not counted by the breaker', async () => {
    const pool = world.pool();
    const base = await world.servers.http(() => {});
    for (let n = 0; n < 6; n++) {
      const leaving = new AbortController();
      const call = pool.client({ side: 'source' }).request({ url: base, signal: leaving.signal });
      setImmediate(() => leaving.abort());
      await expect(call).rejects.toThrow();
    }
    expect(pool.breaker(base).state).toEqual({ status: 'closed', failures: 0 });
  });
});

describe('a time limit', () => {
  it('ends the whole call, and is reported as a failure of the target', async () => {
    const base = await world.servers.http((_request, response) => void response.write('half'));
    const pool = world.pool({ clock: world.clock });
    const request = failure(pool.client({ side: 'destination' }).request({ url: `${base}/x?key=hunter2` }));
    await waitFor(() => world.clock.timers === 1);
    await world.clock.advance(30_000);
    expect(await request).toMatchObject({
      ...{ name: 'Retryable', code: 'DESTINATION_UNREACHABLE', timedOut: true },
      message: `${base}/x: not finished after 30000 ms`,
    });
    await waitFor(() => (pool.breaker(base).state as { failures?: number }).failures === 1);
  });
});

describe('a client', () => {
  it('that is closed ends its calls and accepts no more, and its pool continues', async () => {
    const requested = Promise.withResolvers<void>();
    const base = await world.servers.http((request, response) => {
      if (request.url === '/hang') requested.resolve();
      else response.end('x');
    });
    const pool = world.pool();
    const [closing, other] = [pool.client({ side: 'source' }), pool.client({ side: 'source' })];
    const call = closing.request({ url: `${base}/hang` });
    const ended = expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await requested.promise;
    await closing.close();
    await ended;
    await expect(closing.request({ url: base })).rejects.toThrow('the HTTP client was closed');
    expect((await other.request({ url: base })).text()).toBe('x');
  });
});
