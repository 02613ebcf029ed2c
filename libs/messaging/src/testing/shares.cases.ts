import { describe, expect, it } from '@jest/globals';
import { eventually, signal } from '@tidemark/test-kit';
import type { Delivery } from '../port.js';
import { Collector, eachTest, work, WORKERS, type OpenWorld } from './world.js';

const tenantOf = (data: unknown) => (data as { tenant: string }).tenant;
const FAIR = { ...WORKERS, maxDeliver: -1, shareOf: tenantOf };

export function shareCases(open: OpenWorld): void {
  describe('consumers that share their slots among tenants', () => {
    const here = eachTest(open);

    /** Two consumers whose handlers hang for the tenants that `hangs` accepts, until `release`. */
    async function consuming(concurrency: number, hangs: (tenant: string) => boolean) {
      const served = new Collector<string>();
      const gate = signal();
      const handle = async ({ data }: Delivery) => {
        if (hangs(tenantOf(data))) await gate.promise;
        served.add(tenantOf(data));
      };
      for (let i = 0; i < 2; i++) await here.broker.consume({ ...FAIR, concurrency }, handle);
      return { served, release: gate.resolve };
    }

    const publishAll = (tenant: string, count: number) =>
      Promise.all(Array.from({ length: count }, (_, i) => here.broker.publish(work(`${tenant}-${i}`, { tenant }))));

    it('serve a tenant at once while the work of others hangs', async () => {
      const hanging = Array.from({ length: 4 }, (_, i) => `hanging-${i}`);
      const { served, release } = await consuming(8, (tenant) => tenant.startsWith('hanging'));
      for (const tenant of hanging) await publishAll(tenant, 5);
      await publishAll('idle', 5);
      expect(await served.reach(5)).toEqual(Array(5).fill('idle'));
      release();
      await served.reach(25);
    });

    it('reach a tenant whose work is behind 10,000 messages of another', async () => {
      await publishAll('large', 10_000);
      await publishAll('small', 3);
      const { served, release } = await consuming(4, (tenant) => tenant === 'large');
      expect(await served.reach(3)).toEqual(['small', 'small', 'small']);
      release();
    });

    it('let a lone tenant whose work ends have all slots but one, and a newcomer the next', async () => {
      const { gate, served } = { gate: signal(), served: new Collector<string>() };
      let hanging = 0;
      await here.broker.consume({ ...FAIR, concurrency: 6 }, async ({ data }) => {
        const tenant = tenantOf(data);
        if (tenant === 'lone' && served.items.length >= 50) {
          hanging++;
          await gate.promise;
        }
        served.add(tenant);
      });
      await publishAll('lone', 100);
      await eventually(() => hanging === 5, 'five slots to be in use');
      await publishAll('new', 1);
      await eventually(() => served.items.includes('new'), 'the newcomer to be served');
      expect(hanging).toBe(5);
      gate.resolve();
      await served.reach(101);
    });

    it('hand a lone tenant all its work', async () => {
      const { served } = await consuming(4, () => false);
      await publishAll('lone', 1_000);
      expect((await served.reach(1_000)).length).toBe(1_000);
    });
  });
}
