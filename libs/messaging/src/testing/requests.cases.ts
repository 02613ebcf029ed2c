import { describe, expect, it } from '@jest/globals';
import { signal } from '@tidemark/test-kit';
import { DeadlineExceeded, MessageTooLarge, NoResponder, RemoteError } from '../errors.js';
import { eachTest, type OpenWorld } from './world.js';

const SUBJECT = 'tidemark.cmd.jobs.create';

export function requestCases(open: OpenWorld): void {
  describe('request and reply', () => {
    const here = eachTest(open);

    it("replies with the server's result", async () => {
      await here.broker.serve(SUBJECT, ({ subject, data, headers }) => ({ subject, data, headers }));
      const reply = await here.broker.request(SUBJECT, { n: 1 }, { headers: { traceparent: '00-a-b-01' } });
      expect(reply).toEqual({ subject: SUBJECT, data: { n: 1 }, headers: { traceparent: '00-a-b-01' } });
    });

    it.each([null, undefined, 0, '', [1, null], { ü: '€' }])('carries %j there and back', async (value) => {
      await here.broker.serve(SUBJECT, ({ data }) => data);
      expect(await here.broker.request(SUBJECT, value)).toEqual(value);
    });

    it('throws NoResponder at once when no server subscribes to the subject', async () => {
      await expect(here.broker.request(SUBJECT, {}, { timeoutMs: 60_000 })).rejects.toBeInstanceOf(NoResponder);
    });

    it('gives up at the deadline', async () => {
      const never = signal();
      await here.broker.serve(SUBJECT, () => never.promise);
      await expect(here.broker.request(SUBJECT, {}, { timeoutMs: 50 })).rejects.toBeInstanceOf(DeadlineExceeded);
      never.resolve();
    });

    it('carries an error with its code, message and details', async () => {
      await here.broker.serve(SUBJECT, () => {
        throw Object.assign(new Error('not active'), { code: 'CONNECTION_NOT_ACTIVE', details: { state: 'revoked' } });
      });
      const failure = await here.broker.request(SUBJECT, {}).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RemoteError);
      expect(failure).toMatchObject({
        code: 'CONNECTION_NOT_ACTIVE',
        message: 'not active',
        details: { state: 'revoked' },
      });
    });

    it('sends an error without a code as INTERNAL', async () => {
      await here.broker.serve(SUBJECT, () => Promise.reject(new Error('oops')));
      await expect(here.broker.request(SUBJECT, {})).rejects.toMatchObject({ name: 'RemoteError', code: 'INTERNAL' });
    });

    it('shares requests among the servers of a subject: one answers each', async () => {
      let served = 0;
      for (let i = 0; i < 2; i++) await here.broker.serve(SUBJECT, () => ++served);
      await Promise.all(Array.from({ length: 20 }, () => here.broker.request(SUBJECT, {})));
      expect(served).toBe(20);
    });

    it('finishes running requests when a server stops, and accepts no more', async () => {
      const taken = signal();
      const release = signal();
      const server = await here.broker.serve(SUBJECT, async () => {
        taken.resolve();
        await release.promise;
        return 'done';
      });
      const reply = here.broker.request(SUBJECT, {});
      await taken.promise;
      const stopped = server.stop();
      release.resolve();
      await stopped;
      expect(await reply).toBe('done');
      await expect(here.broker.request(SUBJECT, {})).rejects.toBeInstanceOf(NoResponder);
    });

    it('waits for a server while there is none, as long as the request allows', async () => {
      const reply = here.broker.request(SUBJECT, {}, { patienceMs: 5_000 });
      await expect(here.broker.request(SUBJECT, {})).rejects.toBeInstanceOf(NoResponder);
      await here.broker.serve(SUBJECT, () => 'here now');
      expect(await reply).toBe('here now');
    });

    it('repeats a request that a stopping server gave up, only when it may be answered twice', async () => {
      const never = signal();
      const taken = [signal(), signal()];
      let count = 0;
      const stuck = await here.broker.serve(SUBJECT, () => {
        taken[count++]?.resolve();
        return never.promise;
      });
      const options = { patienceMs: 10_000, timeoutMs: 10_000 };
      const once = here.broker.request(SUBJECT, {}, options).catch((error: unknown) => error);
      const repeated = here.broker.request(SUBJECT, {}, { ...options, repeatable: true });
      await Promise.all(taken.map(({ promise }) => promise));
      await stuck.stop(10);
      await here.broker.serve(SUBJECT, () => 'another');
      expect(await once).toMatchObject({ name: 'RemoteError', code: 'SERVER_STOPPING' });
      expect(await repeated).toBe('another');
      never.resolve();
    });

    it('refuses a subject outside tidemark', async () => {
      await expect(here.broker.request('other.cmd', {})).rejects.toThrow('subject: expected tidemark');
      await expect(here.broker.serve('tidemark..x', () => 1)).rejects.toThrow('subject: expected tidemark');
    });
  });

  describe('broadcast and listen', () => {
    const here = eachTest(open);

    it('notifies every listener whose filter matches', async () => {
      const heard: string[] = [];
      const all = signal();
      const note = (who: string) => (message: { subject: string; data: unknown; headers: object }) => {
        heard.push(`${who} ${message.subject} ${JSON.stringify(message.data)} ${JSON.stringify(message.headers)}`);
        if (heard.length === 3) all.resolve();
      };
      await here.broker.listen('tidemark.beat.*', note('star'));
      await here.broker.listen('tidemark.beat.>', note('rest'));
      await here.broker.listen('tidemark.beat.j2', note('exact'));
      here.broker.broadcast('tidemark.beat.j1', 1, { by: 'me' });
      here.broker.broadcast('tidemark.beat.j1.more', 2);
      await all.promise;
      expect(heard.sort()).toEqual([
        'rest tidemark.beat.j1 1 {"by":"me"}',
        'rest tidemark.beat.j1.more 2 {}',
        'star tidemark.beat.j1 1 {"by":"me"}',
      ]);
    });

    it('receives published messages, and continues after a listener threw', async () => {
      const heard = signal<unknown>();
      await here.broker.listen('tidemark.work.>', () => {
        throw new Error('a bad listener');
      });
      await here.broker.listen('tidemark.work.>', ({ data }) => heard.resolve(data));
      await here.broker.publish({ subject: 'tidemark.work.a.b', id: '1', data: { n: 1 } });
      expect(await heard.promise).toEqual({ n: 1 });
    });

    it('receives nothing after stop', async () => {
      const heard: unknown[] = [];
      const later = signal();
      const first = await here.broker.listen('tidemark.beat.>', ({ data }) => heard.push(data));
      await first.stop();
      await here.broker.listen('tidemark.beat.>', () => later.resolve());
      here.broker.broadcast('tidemark.beat.a', 1);
      await later.promise;
      expect(heard).toEqual([]);
    });
  });

  describe('publish', () => {
    const here = eachTest(open);
    const message = { subject: 'tidemark.work.a.b', id: 'm1', data: { n: 1 } };

    it('stores a message of one id once', async () => {
      expect(await here.broker.publish(message)).toEqual({ duplicate: false });
      expect(await here.broker.publish(message)).toEqual({ duplicate: true });
      expect(await here.broker.publish({ ...message, id: 'm2' })).toEqual({ duplicate: false });
    });

    it('reports one of two concurrent publishes as a duplicate', async () => {
      const answers = await Promise.all([here.broker.publish(message), here.broker.publish(message)]);
      expect(answers.filter(({ duplicate }) => duplicate)).toHaveLength(1);
    });

    it('knows the ids after a restart', async () => {
      await here.broker.publish(message);
      await here.world.restart();
      expect(await here.broker.publish(message)).toEqual({ duplicate: true });
    });

    it('refuses a message over the limit', async () => {
      const large = { ...message, data: 'x'.repeat(1_000_000) };
      await expect(here.broker.publish(large)).rejects.toBeInstanceOf(MessageTooLarge);
    });

    it.each(['tidemark.cmd.a.b', 'tidemark.work.*', 'work.a', 'tidemark'])(
      'refuses the subject %s',
      async (subject) => {
        await expect(here.broker.publish({ ...message, subject })).rejects.toThrow(/^subject: /);
      },
    );

    it('responds to a ping', async () => {
      await here.broker.ping();
    });
  });
}
