import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stream } from '@tidemark/contracts';
import { uuidv7 } from '@tidemark/foundation';
import { temporaryFolder, type TemporaryFolder, withMembers } from '@tidemark/test-kit';
import { Conflict, OutcomeUnknown } from '../errors.js';
import type { EventStore, RecordedEvent } from '../port.js';
import { SqliteEventStore } from '../sqlite/sqlite-event-store.js';
import { AggregateStore } from './aggregate-store.js';
import type { Decider } from './decider.js';

type AccountEvent = { type: 'Deposited'; data: { amount: number } } | { type: 'Closed'; data: { total: number } };
type AccountCommand = { do: 'deposit'; amounts: number[] } | { do: 'close' };
interface Account {
  total: number;
  closed: boolean;
}

const accountStream = stream<AccountEvent>('account', { Deposited: true, Closed: true });

const account: Decider<Account, AccountCommand, AccountEvent> = {
  initialState: () => ({ total: 0, closed: false }),
  evolve: (state, event) =>
    event.type === 'Deposited' ? { ...state, total: state.total + event.data.amount } : { ...state, closed: true },
  decide: (command, state) => {
    if (state.closed) throw new Error('the account is closed');
    if (command.do === 'close') return [{ type: 'Closed', data: { total: state.total } }];
    return command.amounts.map((amount) => ({ type: 'Deposited', data: { amount } }));
  },
};

const deposit = (...amounts: number[]): AccountCommand => ({ do: 'deposit', amounts });

let folder: TemporaryFolder;
let store: SqliteEventStore;
let accounts: AggregateStore<Account, AccountCommand, AccountEvent>;

/** Another process: its own cache over the same streams. */
const elsewhere = () => new AggregateStore(store, accountStream, account);

beforeEach(async () => {
  folder = await temporaryFolder();
  store = new SqliteEventStore(folder.join('events.db'));
  accounts = new AggregateStore(store, accountStream, account, { isEnded: (state) => state.closed });
});

afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function stored(stream: string): Promise<RecordedEvent[]> {
  return Array.fromAsync(store.read(stream));
}

describe('AggregateStore', () => {
  it('appends the decided events, with the context as metadata', async () => {
    const context = {
      tenant: 'acme',
      actor: 'key:1',
      correlationId: 'r1',
      causationId: 'm1',
      traceparent: '00-aa-bb-01',
    };
    const handled = await accounts.handle('1', deposit(5, 6), context);
    expect(handled).toMatchObject({ state: { total: 11 }, revision: 1 });
    const events = await stored('account-1');
    expect(events.map(({ type, data, metadata }) => ({ type, data, metadata }))).toEqual([
      { type: 'Deposited', data: { amount: 5 }, metadata: context },
      { type: 'Deposited', data: { amount: 6 }, metadata: context },
    ]);
    expect(events.map((event) => event.id)).toEqual(handled.events.map((event) => event.id));
    expect(handled.position).toBe(events[1]!.position);
  });

  it('appends nothing for an empty decision and returns the current state', async () => {
    await accounts.handle('1', deposit(5));
    const handled = await accounts.handle('1', deposit());
    expect(handled).toMatchObject({ state: { total: 5 }, revision: 0, events: [] });
    expect(await accounts.handle('2', deposit())).toMatchObject({ state: { total: 0 }, revision: -1 });
  });

  it('serialises commands to one stream, so that they do not conflict with each other', async () => {
    const revisions = await Promise.all([...Array(50).keys()].map(() => accounts.handle('1', deposit(1))));
    expect(revisions.map((handled) => handled.revision)).toEqual([...Array(50).keys()]);
    expect((await accounts.load('1')).state.total).toBe(50);
  });

  it('continues with the next command when one throws', async () => {
    await accounts.handle('1', deposit(1));
    const results = await Promise.allSettled([
      accounts.handle('1', { do: 'close' }),
      accounts.handle('1', deposit(1)),
      accounts.handle('2', deposit(1)),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('decides again on the new state after a conflict with another process', async () => {
    await accounts.handle('1', deposit(1));
    await elsewhere().handle('1', deposit(2));
    const handled = await accounts.handle('1', { do: 'close' });
    expect(handled.events).toMatchObject([{ type: 'Closed', data: { total: 3 } }]);
    expect(handled.revision).toBe(2);
  });

  it('does not refuse a command on a state that another process has advanced', async () => {
    let illegal = true;
    const picky = new AggregateStore<Account, AccountCommand, AccountEvent>(store, accountStream, {
      ...account,
      decide: (command, state) => {
        if (illegal && state.total < 3) throw new Error('too little');
        return account.decide(command, state);
      },
    });
    illegal = false;
    await picky.handle('1', deposit(1));
    illegal = true;
    await elsewhere().handle('1', deposit(2));
    await expect(picky.handle('1', { do: 'close' })).resolves.toMatchObject({ state: { closed: true } });
  });

  it('does not return an empty decision on a state that another process has advanced', async () => {
    const cautious = new AggregateStore<Account, AccountCommand, AccountEvent>(store, accountStream, {
      ...account,
      decide: (command, state) => (command.do === 'close' && state.total < 3 ? [] : account.decide(command, state)),
    });
    await cautious.handle('1', deposit(1));
    await expect(cautious.handle('1', { do: 'close' })).resolves.toMatchObject({ events: [] });
    await elsewhere().handle('1', deposit(2));
    await expect(cautious.handle('1', { do: 'close' })).resolves.toMatchObject({ state: { closed: true } });
  });

  it('throws Conflict when others are faster every time', async () => {
    const other = elsewhere();
    const racing: EventStore = withMembers(store, {
      append: async (...[stream, events, expected]: Parameters<EventStore['append']>) => {
        await other.handle('1', deposit(1));
        return store.append(stream, events, expected);
      },
    });
    const slow = new AggregateStore(racing, accountStream, account, { decideAgain: 3 });
    await expect(slow.handle('1', deposit(1))).rejects.toThrow(Conflict);
    expect((await stored('account-1')).length).toBe(4);
  });

  it('repeats an append of unknown outcome with the same ids, so that it counts once', async () => {
    let lost = 2;
    const lossy: EventStore = withMembers(store, {
      append: async (...call: Parameters<EventStore['append']>) => {
        const result = await store.append(...call);
        if (lost-- > 0) throw new OutcomeUnknown('the response was lost');
        return result;
      },
    });
    const patient = new AggregateStore(lossy, accountStream, account, { repeatAfter: [0, 0] });
    await expect(patient.handle('1', deposit(7))).resolves.toMatchObject({ revision: 0 });
    expect(await stored('account-1')).toHaveLength(1);
    lost = 3;
    await expect(patient.handle('1', deposit(7))).rejects.toThrow(OutcomeUnknown);
    expect((await patient.handle('1', deposit(1))).state.total).toBe(15);
  });

  it('treats a stream as new only until the store reports otherwise', async () => {
    await elsewhere().handle('1', deposit(1));
    await expect(accounts.handle('1', deposit(1), { isNew: true })).resolves.toMatchObject({
      revision: 1,
      state: { total: 2 },
    });
  });

  it('returns the state after any revision', async () => {
    await accounts.handle('1', deposit(1, 2, 4));
    expect((await accounts.load('1', { atRevision: 1 })).state.total).toBe(3);
    expect(await accounts.load('1')).toMatchObject({ state: { total: 7 }, revision: 2 });
    expect(await accounts.load('9')).toMatchObject({ revision: -1 });
  });

  it('reads back only to the last event that contains the whole state', async () => {
    interface Sum {
      sum: number;
      folded: number;
    }
    type Summed = { type: 'Summed'; data: { sum: number } };
    const sumStream = stream<Summed>('sum', { Summed: true });
    const sums: Decider<Sum, number, Summed> = {
      initialState: () => ({ sum: 0, folded: 0 }),
      evolve: (state, event) => ({ sum: event.data.sum, folded: state.folded + 1 }),
      decide: (add, state) => [{ type: 'Summed', data: { sum: state.sum + add } }],
    };
    const writer = new AggregateStore(store, sumStream, sums);
    for (const add of [1, 2, 3]) await writer.handle('1', add);
    const reader = new AggregateStore(store, sumStream, sums, { isWhole: () => true });
    expect(await reader.load('1')).toMatchObject({ state: { sum: 6, folded: 1 }, revision: 2 });
    expect(await reader.load('1', { atRevision: 0 })).toMatchObject({ state: { sum: 1 }, revision: 0 });
    expect(await reader.handle('1', 4)).toMatchObject({ state: { sum: 10 }, revision: 3 });
  });

  it('folds events of an older shape as current ones', async () => {
    const old = { id: uuidv7(), type: 'Deposited', data: { cents: 500 }, metadata: {} };
    await store.append('account-1', [old], 'no_stream');
    const toAmount = ({ cents, ...data }: { cents: number }) => ({ ...data, amount: cents / 100 });
    const events = { Deposited: true, Closed: true } as const;
    const upcasting = stream<AccountEvent>('account', events, { upcast: { Deposited: [toAmount] } });
    expect(await new AggregateStore(store, upcasting, account).load('1')).toMatchObject({ state: { total: 5 } });
  });
});
