import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { platformSettings } from '@tidemark/config';
import { stream, verb, verbsOf, type CommandContext } from '@tidemark/contracts';
import { Shape, shaped, Text } from '@tidemark/contracts/fields';
import type { EventStore } from '@tidemark/event-store';
import { Conditions, daemonOf, uuidv7, type Daemon } from '@tidemark/foundation';
import { daemonLifecycle } from '@tidemark/foundation/testing';
import type { Broker, ConsumeOptions, OutgoingMessage, Running } from '@tidemark/messaging';
import type { Projection } from '@tidemark/read-model';
import { eventually, signal, temporaryFolder, withMembers, type TemporaryFolder } from '@tidemark/test-kit';
import {
  createLogger,
  defineService,
  openAdapters,
  startService,
  type Logger,
  type Opened,
  type ServiceParts,
} from './index.js';

@Shape({ name: 'Greeting' })
class Greeting {
  @Text() readonly tenant!: string;
  @Text({ max: 10 }) readonly name!: string;
}

const greeterVerbs = verbsOf('greeter', {
  greet: verb({ input: Greeting, output: shaped(() => Greeting), summary: 'Greets' }),
});

interface Task {
  readonly id: string;
}
const taskStream = stream<{ readonly type: 'TaskAdded'; readonly data: object }>('task', { TaskAdded: true });
const tasks: Projection<Task> = {
  ...{ name: 'tasks', version: 1, indexes: [], streams: [taskStream] },
  keys: (event) => [taskStream.idOf(event.stream)],
  evolve: (_, event) => ({ id: taskStream.idOf(event.stream) }),
};

const silent = createLogger('test', 'silent');
const settings = { ...platformSettings.parse({}), drainTimeoutMs: 100 };
const ports = ['eventStore', 'broker', 'readModel', 'blobs'] as const;

let folder: TemporaryFolder;
let adapters: Opened<(typeof ports)[number]>;
beforeEach(async () => {
  folder = await temporaryFolder();
  adapters = await openEmbedded(folder);
});
afterEach(async () => {
  await adapters.close();
  await folder.remove();
});

const openEmbedded = ({ join }: TemporaryFolder) =>
  openAdapters(ports, {
    urls: {
      eventStore: `sqlite:${join('events.db')}`,
      broker: 'embedded:',
      readModel: `sqlite:${join('views.db')}`,
      blobs: `file:${join('blobs')}`,
      records: 'sqlite::memory:',
      vault: 'sqlite::memory:',
    },
    namespace: 'tidemark',
  });

/** A service whose parts are given by a test. */
const greeterOf = (parts: Partial<ServiceParts<string>> = {}, log: unknown[] = []) =>
  defineService({
    name: 'greeter',
    ports,
    settings: ['claimTimeoutMs'],
    verbs: greeterVerbs,
    known: { word: 'hello' },
    projections: [tasks],
    relay: {
      categories: [taskStream.category],
      map: ({ id, stream: name }): OutgoingMessage[] => [
        { subject: 'tidemark.work.greeter-tasks.new', id, data: { stream: name } },
      ],
    },
    build: ({ known }) => ({
      ...parts,
      handlers: {
        greet: (input: Greeting, context: CommandContext) => {
          log.push(context);
          return { ...input, name: `${known.word} ${input.name}` };
        },
      },
    }),
  });

const addTask = (store: EventStore, id: string) =>
  store.append(taskStream.of(id), [{ id: uuidv7(), type: 'TaskAdded', data: {}, metadata: {} }], 'no_stream');

const greet = (data: object, headers = {}) =>
  adapters.broker.request('tidemark.cmd.greeter.greet', data, { headers }).catch((error: unknown) => error);

const recorder = (name: string, log: string[], broken = false): Daemon => ({
  start: () => {
    log.push(`start ${name}`);
    if (broken) throw new Error(`${name} is broken`);
  },
  stop: async () => void log.push(`stop ${name}`),
});

describe('a started service', () => {
  it('validates requests, and gives verbs the context of the caller', async () => {
    const contexts: unknown[] = [];
    const running = await startService(greeterOf({}, contexts), adapters, settings, silent);
    const headers = { 'tidemark-actor': 'key:1', 'tidemark-correlation-id': 'request-1' };
    expect(await greet({ tenant: 'acme', name: 'you' }, headers)).toEqual({ tenant: 'acme', name: 'hello you' });
    expect(contexts).toEqual([{ tenant: 'acme', actor: 'key:1', correlationId: 'request-1' }]);
    expect(await greet({ tenant: 'acme', name: 'much too long' })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ field: 'name' }] },
    });
    await running.stop();
    expect(await greet({ tenant: 'acme', name: 'you' })).toMatchObject({ code: 'NO_RESPONDER' });
  });

  it('uses the replacements that its starter gives', async () => {
    const running = await startService(greeterOf(), adapters, settings, silent, { word: 'bye' });
    expect(await greet({ tenant: 'acme', name: 'you' })).toMatchObject({ name: 'bye you' });
    await running.stop();
  });

  it('publishes the messages of events, and runs its consumers', async () => {
    const taken = signal<[unknown, CommandContext]>();
    const options: ConsumeOptions = { durable: 'greeter', subject: 'tidemark.work.greeter-tasks.*' };
    const handle = async (data: object, context: CommandContext) => taken.resolve([data, context]);
    const running = await startService(greeterOf({ consumers: [{ options, handle }] }), adapters, settings, silent);
    await addTask(adapters.eventStore, '1');
    expect(await taken.promise).toMatchObject([{ stream: 'task-1' }, { tenant: '' }]);
    await running.stop();
  });

  it('serves its health and its projections', async () => {
    const conditions = new Conditions();
    const running = await startService(greeterOf(), adapters, settings, silent, { conditions });
    const ask = (name: string, data = {}) => adapters.broker.request(`tidemark.cmd.greeter.${name}`, data);
    const ports = { eventStore: 'up', broker: 'up', readModel: 'up', blobs: 'up' };
    expect(await ask('ping')).toEqual({ ...ports, conditions: [] });
    conditions.raise('tasks', 'one was set aside');
    expect(await ask('ping')).toMatchObject({ conditions: [{ subject: 'tasks', detail: 'one was set aside' }] });
    await addTask(adapters.eventStore, '1');
    const head = await adapters.eventStore.head();
    await eventually(
      async () => ((await ask('projections')) as [{ position: number }])[0].position === head,
      'the view',
    );
    expect(await ask('rebuild-projection', { name: 'tasks' })).toMatchObject({ name: 'tasks', state: 'rebuilding' });
    await expect(ask('rebuild-projection', { name: 'other' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await running.stop();
  });

  it('starts edges last, and stops them before its daemons, which end before their dependencies', async () => {
    const log: string[] = [];
    const parts = { daemons: [recorder('a', log), recorder('b', log)], edges: [recorder('edge', log)] };
    const running = await startService(greeterOf({ ...parts, exposes: 'address' }), adapters, settings, silent);
    expect(running.exposed).toBe('address');
    await running.stop();
    expect(log).toEqual(['start a', 'start b', 'start edge', 'stop edge', 'stop b', 'stop a']);
  });

  it('is rolled back when a part cannot start', async () => {
    const log: string[] = [];
    const parts = { daemons: [recorder('a', log)], edges: [recorder('edge', log, true)] };
    await expect(startService(greeterOf(parts), adapters, settings, silent)).rejects.toThrow('edge is broken');
    expect(log).toEqual(['start a', 'start edge', 'stop edge', 'stop a']);
    expect(await greet({ tenant: 'acme', name: 'you' })).toMatchObject({ code: 'NO_RESPONDER' });
  });

  it('lets running work end before anything else stops, for as long as the drain timeout', async () => {
    const log: string[] = [];
    const [taken, given] = [signal<void>(), signal<void>()];
    const handle = async (_data: object, _context: CommandContext, { signal: cut }: { signal: AbortSignal }) => {
      taken.resolve();
      await new Promise((resolve) => cut.addEventListener('abort', resolve));
      log.push('cut off');
      given.resolve();
    };
    const options: ConsumeOptions = { durable: 'greeter', subject: 'tidemark.work.greeter-tasks.*' };
    const parts = { consumers: [{ options, handle }], daemons: [recorder('a', log)] };
    const running = await startService(greeterOf(parts), adapters, settings, silent);
    await addTask(adapters.eventStore, '1');
    await taken.promise;
    await running.stop();
    await given.promise;
    expect(log).toEqual(['start a', 'cut off', 'stop a']);
  });

  it('reports errors without a caller to the logger', async () => {
    const reported = signal<unknown>();
    const logger: Logger = { ...silent, error: reported.resolve };
    const service = { ...greeterOf(), projections: [{ ...tasks, name: 'not a name' }] };
    const running = await startService(service, adapters, settings, logger);
    expect(String(await reported.promise)).toContain('projection name "not a name"');
    await running.stop();
  });

  it('has a condition for events that a projection cannot fold', async () => {
    const raised = signal<string>();
    const conditions = new Conditions({ onChange: ({ detail }) => raised.resolve(detail) });
    const evolve = () => {
      throw new Error('cannot fold');
    };
    const service = { ...greeterOf(), projections: [{ ...tasks, evolve }] };
    const running = await startService(service, adapters, settings, silent, { conditions });
    await addTask(adapters.eventStore, '1');
    expect(await raised.promise).toContain('cannot fold');
    await running.stop();
  });
});

describe('a declaration', () => {
  it('names the ports that it needs', () => {
    const missing = () => defineService({ name: 'x', ports: ['broker'], projections: [tasks], build: () => ({}) });
    expect(missing).toThrow('x needs the port eventStore');
  });

  it('is not started while a verb has no handler', async () => {
    const service = { ...greeterOf(), build: () => ({}) };
    await expect(startService(service, adapters, settings, silent)).rejects.toThrow(
      'nothing handles tidemark.cmd.greeter',
    );
  });
});

/** How long a stopped one is observed; a running one has done a round by then. */
const IDLE_MS = 200;

// As seen by a process that starts several services.
daemonLifecycle(
  'A service with projections, relay, verbs and consumers',
  async () => {
    const own = await temporaryFolder();
    const opened = await openEmbedded(own);
    let [rounds, held, tasksAdded] = [0, 0, 0];
    const options: ConsumeOptions = { durable: 'greeter', subject: 'tidemark.work.greeter-tasks.*' };
    const service = greeterOf({ consumers: [{ options, handle: async () => void rounds++ }] });
    const counted = <R extends Running>(running: R): R => {
      held++;
      return withMembers(running, { stop: (ms?: number) => running.stop(ms).then(() => void held--) } as Partial<R>);
    };
    const broker = withMembers(opened.broker, {
      relay: (...call: Parameters<Broker['relay']>) => opened.broker.relay(...call).then(counted),
      serve: (...call: Parameters<Broker['serve']>) => opened.broker.serve(...call).then(counted),
      consume: (...call: Parameters<Broker['consume']>) => opened.broker.consume(...call).then(counted),
    } as Partial<Broker>);
    const errors: Error[] = [];
    const logger: Logger = { ...silent, error: (error) => errors.push(error as Error) };
    return {
      daemon: daemonOf(() => startService(service, { ...opened, broker }, settings, logger)),
      async provoke() {
        const before = rounds;
        await addTask(opened.eventStore, String(++tasksAdded));
        await eventually(() => rounds > before, 'the event to arrive', { timeout: held > 0 ? 10_000 : IDLE_MS }).catch(
          () => {},
        );
      },
      rounds: () => rounds,
      held: () => held,
      errors,
      async close() {
        await opened.close();
        await own.remove();
      },
    };
  },
  { canBreak: false },
);
