import { describe, expect, it } from '@jest/globals';
import type { Pushed, PushEvent } from '@tidemark/contracts';
import { pushDecider, type PushCommand } from './pushes.decide.js';
import { evolvePushes, hasSeen, noPushes, REMEMBERED, type Pushes } from './pushes.js';

const issue = (id: number): Pushed => ({ object: 'issues', externalId: String(id) });
const record = (digest: string | null, objects: readonly Pushed[], at = 1): PushCommand => ({
  type: 'RecordPushes',
  data: { tenant: 'acme', deliveries: [{ digest, objects }], at },
});
const takeAll: PushCommand = { type: 'TakePushes', data: { connectionId: 'c1', at: 9 } };

const decide = (command: PushCommand, state: Pushes) => pushDecider.decide(command, state);
const after = (commands: readonly PushCommand[], state = noPushes) =>
  commands.reduce((now, command) => decide(command, now).reduce(evolvePushes, now), state);
const dataOf = <T extends PushEvent['type']>(events: readonly PushEvent[], type: T) =>
  events.find((event) => event.type === type)!.data as Extract<PushEvent, { type: T }>['data'];

describe('what was pushed', () => {
  it('is recorded once for a delivery, and waits once for an object', () => {
    const state = after([record('d1', [issue(1)]), record('d2', [issue(1), issue(2)])]);
    expect([...state.waiting.values()]).toEqual([issue(1), issue(2)]);
    expect(decide(record('d1', [issue(7)]), state)).toEqual([]);
    expect(decide(record(null, [issue(1)]), state)).toEqual([]);
  });

  it('is announced when it is the first that waits, and again after a while', () => {
    const first = decide(record('d1', [issue(1)], 1000), noPushes);
    expect(dataOf(first, 'ObjectsPushed').announced).toBe(true);
    const state = first.reduce(evolvePushes, noPushes);
    expect(dataOf(decide(record('d2', [issue(2)], 2000), state), 'ObjectsPushed').announced).toBe(false);
    expect(dataOf(decide(record('d2', [issue(2)], 61_000), state), 'ObjectsPushed').announced).toBe(true);
  });

  it('is taken by one job, whose id is the same for all who decide on the same state', () => {
    const state = after([record('d1', [issue(1)]), record('d2', [issue(2)])]);
    const [taken, again] = [decide(takeAll, state), decide(takeAll, state)];
    expect(taken).toEqual(again);
    expect(dataOf(taken, 'PushesTaken').pushed).toEqual([issue(1), issue(2)]);
    const next = taken.reduce(evolvePushes, state);
    expect(next.waiting.size).toBe(0);
    expect(decide(takeAll, next)).toEqual([]);
    // The same objects, pushed again, are another job.
    const later = after([record('d3', [issue(1)])], next);
    expect(dataOf(decide(takeAll, later), 'PushesTaken').jobId).not.toBe(dataOf(taken, 'PushesTaken').jobId);
  });

  it('becomes the object as a whole when there is more than a job can be given', () => {
    const state = after([
      record(
        'd1',
        Array.from({ length: 6000 }, (_, id) => issue(id)),
      ),
    ]);
    expect([...state.waiting.values()]).toEqual([{ object: 'issues' }]);
    const many = after([
      record(
        'd1',
        Array.from({ length: 4000 }, (_, id) => issue(id)),
      ),
    ]);
    const { pushed, count } = dataOf(decide(takeAll, many), 'PushesTaken');
    expect(JSON.stringify(pushed).length).toBeLessThan(50_000);
    const rest = after([takeAll], many);
    expect(rest.waiting.size).toBe(4000 - count);
    expect([...rest.waiting.values()][0]).toEqual(issue(count));
  });

  it('needs no ids beside the whole of an object, and never mixes records with what is to be read', () => {
    const whole = after([record('d1', [issue(1)]), record('d2', [{ object: 'issues' }])]);
    expect(dataOf(decide(takeAll, whole), 'PushesTaken')).toMatchObject({ pushed: [{ object: 'issues' }], count: 2 });
    const blob: Pushed = { object: 'issues', records: `sha256:${'0'.repeat(64)}` };
    const mixed = after([record('d1', [issue(1)]), record(null, [blob]), record('d2', [issue(2)])]);
    expect(dataOf(decide(takeAll, mixed), 'PushesTaken').pushed).toEqual([issue(1)]);
    expect(dataOf(decide(takeAll, after([takeAll], mixed)), 'PushesTaken').pushed).toEqual([blob]);
  });

  it('is remembered for thousands of deliveries, also by a reader of the last whole state', () => {
    let state = noPushes;
    let last: PushEvent | undefined;
    for (let n = 0; n < 2 * REMEMBERED; n++) {
      const events = [...decide(record(`d${n}`, [issue(n)]), state)];
      state = events.reduce(evolvePushes, state);
      if (n % 50 === 0) {
        const taken = decide(takeAll, state);
        state = taken.reduce(evolvePushes, state);
        if (dataOf(taken, 'PushesTaken').whole) last = taken[0];
      }
    }
    const size = state.seen.reduce((sum, part) => sum + part.size, 0);
    expect(size).toBeGreaterThanOrEqual(REMEMBERED);
    expect(size).toBeLessThan(REMEMBERED + 1001);
    expect(hasSeen(state, `d${2 * REMEMBERED - 1}`)).toBe(true);
    expect(hasSeen(state, 'd0')).toBe(false);
    const fromWhole = evolvePushes(noPushes, JSON.parse(JSON.stringify(last)) as PushEvent);
    expect(fromWhole.tenant).toBe('acme');
    expect(fromWhole.seen.flatMap((part) => [...part]).length).toBeGreaterThanOrEqual(REMEMBERED);
  });
});
