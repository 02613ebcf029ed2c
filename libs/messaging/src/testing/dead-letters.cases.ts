import { describe, expect, it } from '@jest/globals';
import { Terminal } from '../port.js';
import { collecting, Collector, eachTest, lettersOf, work, WORKERS, type OpenWorld } from './world.js';

export function deadLetterCases(open: OpenWorld): void {
  describe('dead letters', () => {
    const here = eachTest(open);
    const doomed = (id: string, tenant: string) => work(id, { tenant, id });

    /** A consumer that fails until `mend` is called. */
    async function failing() {
      const { deliveries, take } = collecting();
      let isMended = false;
      await here.broker.consume(WORKERS, (delivery) => {
        if (!isMended) throw new Terminal('no such thing');
        take(delivery);
      });
      return { deliveries, mend: () => (isMended = true) };
    }

    it('are listed for their tenant alone, oldest first, page by page', async () => {
      await failing();
      for (const id of ['a1', 'a2', 'a3']) await here.broker.publish(doomed(id, 'acme'));
      await here.broker.publish(doomed('b1', 'acme.b'));
      const all = await lettersOf(here.broker, 'acme', 3);
      expect(new Set(all.map(({ id }) => id))).toEqual(new Set(['a1', 'a2', 'a3']));
      expect(all[0]).toMatchObject({ durable: 'workers', reason: 'no such thing', data: { tenant: 'acme' } });
      expect(all[0]!.filedAt).toBeGreaterThan(0);
      const { deadLetters } = here.broker;
      const first = await deadLetters.list('acme', { limit: 2 });
      const rest = await deadLetters.list('acme', { limit: 2, after: first[1]!.key });
      expect([...first, ...rest].map(({ key }) => key)).toEqual(all.map(({ key }) => key));
      const [other] = await lettersOf(here.broker, 'acme.b', 1);
      expect(await deadLetters.find('acme', other!.key)).toBeUndefined();
      expect(await deadLetters.redrive('acme', other!.key)).toBe(false);
      expect(await deadLetters.discard('acme', other!.key)).toBe(false);
      expect(await deadLetters.find('acme.b', other!.key)).toEqual(other);
      expect(await deadLetters.count()).toBe(4);
    });

    it('are handled again when they are redriven, once, and then are gone', async () => {
      const { deliveries, mend } = await failing();
      await here.broker.publish({ ...doomed('m1', 'acme'), headers: { 'ce-type': 'fetch' } });
      const [letter] = await lettersOf(here.broker, 'acme', 1);
      mend();
      const { deadLetters } = here.broker;
      const twice = [letter!.key, letter!.key].map((key) => deadLetters.redrive('acme', key));
      expect(await Promise.all(twice)).toContain(true);
      expect(await deadLetters.redrive('acme', letter!.key)).toBe(false);
      await here.broker.publish(doomed('m2', 'acme'));
      const got = await deliveries.reach(2);
      // In either order: whether a copy is the first is looked up before it is handled.
      const byId = new Map(got.map((one) => [(one.data as { id: string }).id, one]));
      expect([...byId.keys()].sort()).toEqual(['m1', 'm2']);
      expect(byId.get('m1')!.headers).toEqual({ 'ce-type': 'fetch' });
      expect(await deadLetters.count()).toBe(0);
    });

    it('are filed again when they fail again', async () => {
      await failing();
      await here.broker.publish(doomed('m1', 'acme'));
      const [first] = await lettersOf(here.broker, 'acme', 1);
      await here.broker.deadLetters.redrive('acme', first!.key);
      const [second] = await lettersOf(here.broker, 'acme', 1);
      expect(second!.key).not.toBe(first!.key);
      expect(second!.data).toEqual(first!.data);
    });

    it('are gone when they are discarded, also after a restart', async () => {
      await failing();
      await here.broker.publish(doomed('m1', 'acme'));
      await here.broker.publish(doomed('m2', 'acme'));
      const [letter, other] = await lettersOf(here.broker, 'acme', 2);
      expect(await here.broker.deadLetters.discard('acme', letter!.key)).toBe(true);
      expect(await here.broker.deadLetters.discard('acme', letter!.key)).toBe(false);
      await here.world.restart();
      expect(await lettersOf(here.broker, 'acme', 1)).toEqual([other]);
    });

    it('of one tenant hold nothing up for others', async () => {
      const handled = new Collector<string>();
      await here.broker.consume({ ...WORKERS, concurrency: 2, maxDeliver: 3 }, ({ data }) => {
        const { tenant, id } = data as { tenant: string; id: string };
        if (tenant === 'broken') throw new Error('broken');
        handled.add(id);
      });
      const ids = Array.from({ length: 20 }, (_, i) => `m${i}`);
      for (const id of ids) {
        await here.broker.publish(doomed(`${id}-broken`, 'broken'));
        await here.broker.publish(doomed(id, 'acme'));
      }
      expect(new Set(await handled.reach(20))).toEqual(new Set(ids));
      expect(await lettersOf(here.broker, 'broken', 20)).toHaveLength(20);
    });

    it.each(['', '1', 'x', '1-00000000', `${'9'.repeat(15)}-00000000`, '../1'])('know no key %j', async (key) => {
      const { deadLetters } = here.broker;
      expect(await deadLetters.find('acme', key)).toBeUndefined();
      expect(await deadLetters.redrive('acme', key)).toBe(false);
    });
  });
}
