import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { of } from 'rxjs';
import { signal } from '@tidemark/test-kit';
import { NoResponder, RemoteError } from '../errors.js';
import { Retryable, Terminal, type Broker, type DeadLetter, type Delivery, type Request } from '../port.js';
import { type BrokerContext, BrokerErrorFilter, BrokerServer, Consume, Serve } from './index.js';

class Refused extends Error {
  readonly code = 'JOB_REFUSED';
  readonly details = { field: 'type' };
}

/** What the handlers saw; each promise resolves once. */
@Injectable()
class Seen {
  readonly worked = signal<{ data: unknown; context: BrokerContext<Delivery> }>();
  readonly retried = signal<number>();
}

@Controller()
class JobsController {
  constructor(private readonly seen: Seen) {}

  @MessagePattern('tidemark.cmd.jobs.create')
  create(@Payload() data: { type: string }, @Ctx() context: BrokerContext<Request>): object {
    if (data.type !== 'full') throw new Refused('only full jobs');
    return { created: data.type, subject: context.subject, traceparent: context.headers['traceparent'] };
  }

  @Serve('tidemark.cmd.jobs.list')
  list() {
    return of(['a', 'b']);
  }

  @Consume({ durable: 'workers', subject: 'tidemark.work.jobs.*' })
  work(data: { kind: string }, context: BrokerContext<Delivery>): void {
    if (data.kind === 'bad') throw new Terminal('cannot be done');
    if (data.kind === 'later') {
      if (context.message.deliveryCount === 1) throw new Retryable('not yet', 1);
      return this.seen.retried.resolve(context.message.deliveryCount);
    }
    this.seen.worked.resolve({ data, context });
  }
}

@Module({ controllers: [JobsController], providers: [Seen] })
class AppModule {}

/** The cases that a Nest application on a broker must pass. `open` makes a broker that nobody else uses. */
export function nestCases(open: () => Promise<Broker>): void {
  describe('a Nest application', () => {
    let broker: Broker;
    let app: INestMicroservice;
    let seen: Seen;

    beforeAll(async () => {
      broker = await open();
      app = await NestFactory.createMicroservice(AppModule, { strategy: new BrokerServer(broker), logger: ['error'] });
      app.useGlobalFilters(new BrokerErrorFilter());
      await app.listen();
      seen = app.get(Seen);
    });
    afterAll(() => broker.close());

    it('answers a request with what the method returns', async () => {
      const reply = await broker.request(
        'tidemark.cmd.jobs.create',
        { type: 'full' },
        { headers: { traceparent: 't' } },
      );
      expect(reply).toEqual({ created: 'full', subject: 'tidemark.cmd.jobs.create', traceparent: 't' });
    });

    it('answers with the last value of an observable', async () => {
      expect(await broker.request('tidemark.cmd.jobs.list', {})).toEqual(['a', 'b']);
    });

    it('keeps the code and the details of an error', async () => {
      const failure = await broker.request('tidemark.cmd.jobs.create', { type: 'x' }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RemoteError);
      expect(failure).toMatchObject({ code: 'JOB_REFUSED', message: 'only full jobs', details: { field: 'type' } });
    });

    it('gives a consumer the data and the delivery', async () => {
      await broker.publish({ subject: 'tidemark.work.jobs.fetch', id: 'w1', data: { kind: 'good' } });
      const { data, context } = await seen.worked.promise;
      expect(data).toEqual({ kind: 'good' });
      expect(context.message).toMatchObject({ id: 'w1', subject: 'tidemark.work.jobs.fetch', deliveryCount: 1 });
    });

    it('delivers again what a method threw Retryable for', async () => {
      await broker.publish({ subject: 'tidemark.work.jobs.fetch', id: 'w2', data: { kind: 'later' } });
      expect(await seen.retried.promise).toBe(2);
    });

    it('files a dead letter for what a method threw Terminal for', async () => {
      const dead = signal<DeadLetter>();
      await broker.consume<DeadLetter>({ durable: 'dead', subject: 'tidemark.dead.workers' }, ({ data }) =>
        dead.resolve(data),
      );
      await broker.publish({ subject: 'tidemark.work.jobs.fetch', id: 'w3', data: { kind: 'bad' } });
      expect(await dead.promise).toMatchObject({ id: 'w3', reason: 'cannot be done', durable: 'workers' });
    });

    it('serves nothing after it was closed, and leaves the broker open', async () => {
      await app.close();
      await expect(broker.request('tidemark.cmd.jobs.list', {})).rejects.toBeInstanceOf(NoResponder);
      await broker.ping();
    });
  });
}
