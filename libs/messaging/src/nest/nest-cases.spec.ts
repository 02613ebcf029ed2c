import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import { daemonLifecycle } from '@tidemark/foundation/testing';
import { daemonOf } from '@tidemark/foundation';
import { signal } from '@tidemark/test-kit';
import { NoResponder, RemoteError } from '../errors.js';
import { Retryable, Terminal, type Broker, type DeadLetter, type Delivery, type Request } from '../port.js';
import { mountRoutes, type BrokerRoutes } from './index.js';

class Refused extends Error {
  readonly code = 'JOB_REFUSED';
  readonly details = { field: 'type' };
}

const logger = new ConsoleLogger({ logLevels: ['error'] });

/** The cases that an application on a broker must pass. `open` creates a broker of its own. */
export function nestCases(open: () => Promise<Broker>): void {
  describe('an application on a broker', () => {
    let broker: Broker;
    let app: { stop(): Promise<void> };
    const worked = signal<Delivery>();
    const retried = signal<number>();
    const held = signal<void>();
    const aborted = signal<void>();

    const create = ({ data, subject, headers }: Request<{ readonly type: string }>) => {
      if (data.type !== 'full') throw new Refused('only full jobs');
      return { created: data.type, subject, traceparent: headers['traceparent'] };
    };
    const work = async (delivery: Delivery<{ readonly kind: string }>) => {
      const { data, deliveryCount } = delivery;
      if (data.kind === 'bad') throw new Terminal('cannot be done');
      if (data.kind === 'later') {
        if (deliveryCount === 1) throw new Retryable('not yet', 1);
        return retried.resolve(deliveryCount);
      }
      if (data.kind === 'long') {
        held.resolve();
        await new Promise((resolve) => delivery.signal.addEventListener('abort', resolve));
        return aborted.resolve();
      }
      worked.resolve(delivery);
    };
    const routes: BrokerRoutes = {
      serve: [
        { subject: 'tidemark.cmd.jobs.create', handler: create },
        { subject: 'tidemark.cmd.jobs.list', handler: () => ['a', 'b'] },
      ],
      consume: [{ options: { durable: 'workers', subject: 'tidemark.work.jobs.*' }, handler: work }],
    };

    beforeAll(async () => {
      broker = await open();
      app = await mountRoutes(broker, routes, { logger, drainMs: 100 });
    });
    afterAll(() => broker.close());

    it('answers a request with what its handler returns', async () => {
      const reply = await broker.request(
        'tidemark.cmd.jobs.create',
        { type: 'full' },
        { headers: { traceparent: 't' } },
      );
      expect(reply).toEqual({ created: 'full', subject: 'tidemark.cmd.jobs.create', traceparent: 't' });
      expect(await broker.request('tidemark.cmd.jobs.list', {})).toEqual(['a', 'b']);
    });

    it('keeps the code and the details of an error', async () => {
      const failure = await broker.request('tidemark.cmd.jobs.create', { type: 'x' }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RemoteError);
      expect(failure).toMatchObject({ code: 'JOB_REFUSED', message: 'only full jobs', details: { field: 'type' } });
    });

    it('passes the delivery to a consumer', async () => {
      await broker.publish({ subject: 'tidemark.work.jobs.fetch', id: 'w1', data: { kind: 'good' } });
      expect(await worked.promise).toMatchObject({
        id: 'w1',
        subject: 'tidemark.work.jobs.fetch',
        data: { kind: 'good' },
        deliveryCount: 1,
      });
    });

    it('redelivers a message whose handler threw Retryable', async () => {
      await broker.publish({ subject: 'tidemark.work.jobs.fetch', id: 'w2', data: { kind: 'later' } });
      expect(await retried.promise).toBe(2);
    });

    it('files a dead letter for a message whose handler threw Terminal', async () => {
      const dead = signal<DeadLetter>();
      await broker.consume<DeadLetter>({ durable: 'dead', subject: 'tidemark.dead.workers.*' }, ({ data }) =>
        dead.resolve(data),
      );
      await broker.publish({ subject: 'tidemark.work.jobs.fetch', id: 'w3', data: { kind: 'bad' } });
      expect(await dead.promise).toMatchObject({ id: 'w3', reason: 'cannot be done', durable: 'workers' });
    });

    it('is not started when two routes have one subject', async () => {
      const [route] = routes.serve!;
      const twice = { serve: [{ ...route!, subject: 'tidemark.cmd.jobs.twice' }].flatMap((one) => [one, one]) };
      await expect(mountRoutes(broker, twice, { logger, drainMs: 0 })).rejects.toThrow('two handlers');
      await expect(broker.request('tidemark.cmd.jobs.twice', {})).rejects.toBeInstanceOf(NoResponder);
    });

    it('lets running handlers finish when it is stopped, then serves nothing and leaves the broker open', async () => {
      await broker.publish({ subject: 'tidemark.work.jobs.fetch', id: 'w4', data: { kind: 'long' } });
      await held.promise;
      await app.stop();
      await aborted.promise;
      await expect(broker.request('tidemark.cmd.jobs.list', {})).rejects.toBeInstanceOf(NoResponder);
      await broker.ping();
    });
  });

  describe('an application on a broker', () => {
    let broker: Broker;
    beforeAll(async () => void (broker = await open()));
    afterAll(() => broker.close());

    daemonLifecycle(
      'The application',
      () => {
        let rounds = 0;
        let answers = false;
        const serve = [{ subject: 'tidemark.cmd.rounds.one', handler: () => ++rounds }];
        return {
          daemon: daemonOf(() => mountRoutes(broker, { serve }, { logger, drainMs: 100 })),
          async provoke() {
            answers = await broker.request('tidemark.cmd.rounds.one', {}).then(
              () => true,
              () => false,
            );
          },
          rounds: () => rounds,
          held: () => Number(answers),
          errors: [],
        };
      },
      { canBreak: false },
    );
  });
}
