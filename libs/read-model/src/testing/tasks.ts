import { stream } from '@tidemark/contracts';
import type { RecordedEvent } from '@tidemark/event-store';
import type { Projection, Scalar } from '../port.js';

/** The view that the conformance suite builds. */
export interface Task {
  readonly id: string;
  readonly tenant: string;
  readonly title: string;
  readonly priority: number | null;
  readonly done: boolean;
  readonly changes: number;
  readonly owner?: string;
  readonly details?: unknown;
  readonly mixed?: Scalar;
}

type Created = Pick<Task, 'tenant' | 'title' | 'priority'> & Partial<Task>;

type TaskEvent =
  | { readonly type: 'Created'; readonly data: Created }
  | { readonly type: 'Changed'; readonly data: Partial<Task> }
  | { readonly type: 'Merged'; readonly data: { readonly into: string } }
  | { readonly type: 'Removed' | 'Noted'; readonly data: object };

const taskStream = stream<TaskEvent>('task', {
  Created: true,
  Changed: true,
  Merged: true,
  Removed: true,
  Noted: true,
});

/** Streams `task-<id>` with `Created`, `Changed`, `Removed`; a `Merged` touches two tasks and removes one. */
export const tasks: Projection<Task, TaskEvent> = {
  name: 'tasks',
  version: 1,
  streams: [taskStream],
  indexes: [['tenant', 'priority', 'title'], ['tenant', 'done'], ['owner'], ['mixed'], ['details']],
  keys: (event) => {
    const id = taskStream.idOf(event.stream);
    if (event.type === 'Noted') return [];
    return event.type === 'Merged' ? [id, event.data.into] : [id];
  },
  evolve: (task, event, key) => {
    switch (event.type) {
      case 'Created':
        return { id: key, done: false, changes: 0, ...event.data };
      case 'Changed':
        return task && { ...task, ...event.data, changes: task.changes + 1 };
      case 'Merged':
        return event.stream === taskStream.of(key) ? null : task && { ...task, changes: task.changes + 1 };
      case 'Removed':
      case 'Noted':
        return null;
    }
  },
};

/** A log in memory: `add` returns the recorded event. Positions start at 0 and leave gaps, as a real log's may. */
export class TaskLog {
  readonly events: RecordedEvent[] = [];
  readonly #revisions = new Map<string, number>();

  /** `Archived` is an event that the projection does not know. */
  add(type: TaskEvent['type'] | 'Archived', id: string, data: unknown = {}): RecordedEvent {
    const stream = taskStream.of(id);
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const position = this.events.length * 3;
    const event = { id: `e${position}`, type, data, metadata: {}, stream, revision, position, recordedAt: 0 };
    this.events.push(event);
    return event;
  }

  get position(): number {
    return this.events.at(-1)?.position ?? -1;
  }

  /** Events first to last, whole log by default, with the position of the last: the arguments of `apply`. */
  batch(first = 0, last = this.events.length - 1): [events: RecordedEvent[], position: number] {
    return [this.events.slice(first, last + 1), this.events[last]?.position ?? -1];
  }
}

/** 240 events on 20 tasks: created, changed, merged, removed and created again, in a fixed order. */
export function busyLog(): TaskLog {
  const log = new TaskLog();
  for (let step = 0; step < 240; step += 1) {
    const id = `t${(step * 7) % 20}`;
    if (step % 11 === 4) log.add('Removed', id);
    else if (step % 13 === 6) log.add('Merged', id, { into: `t${(step * 3) % 20}` });
    else if (step % 5 === 0)
      log.add('Created', id, { tenant: `n${step % 3}`, title: `task ${step}`, priority: step % 4 });
    else log.add('Changed', id, { done: step % 2 === 0, priority: step % 9 === 0 ? null : step });
  }
  return log;
}

/** The fold of a log without a store. */
export function folded(log: TaskLog): Map<string, Task> {
  const documents = new Map<string, Task>();
  for (const recorded of log.events) {
    const event = taskStream.read(recorded);
    for (const key of event ? tasks.keys(event) : []) {
      const document = tasks.evolve(documents.get(key) ?? null, event!, key);
      if (document) documents.set(key, document);
      else documents.delete(key);
    }
  }
  return documents;
}
