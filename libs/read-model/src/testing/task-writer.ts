import type { EventStore, NewEvent } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';

/** Appends events of tasks; the functions return the position of their (last) event. */
export const taskWriter = (eventStore: () => EventStore) => {
  const create = async (id: string): Promise<number> =>
    (await eventStore().append(`task-${id}`, [event('Created', { tenant: 'n', title: id, priority: 1 })], 'no_stream'))
      .position;
  const change = async (id: string): Promise<number> =>
    (await eventStore().append(`task-${id}`, [event('Changed', { done: true })], 'any')).position;
  const createMany = async (count: number, prefix: string): Promise<number> =>
    Math.max(...(await Promise.all(Array.from({ length: count }, (_, number) => create(`${prefix}${number}`)))));
  return { create, change, createMany };
};

export function event(type: string, data: object): NewEvent {
  return { id: uuidv7(), type, data, metadata: {} };
}
