import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import { FakeTimeWorld } from '../installations/fake-time-world.js';
import { described } from '../publishers/descriptions.js';

let world: FakeTimeWorld;

beforeEach(async () => {
  world = await FakeTimeWorld.create();
});
afterEach(() => world.end());

describe('a runner whose tenants have sources that hang', () => {
  it('serves the others at once', async () => {
    const on = await world.start({ runners: [{ concurrency: 8 }] });
    world.publisher.hang('/hangs');
    for (const tenant of ['a', 'b', 'c', 'd']) {
      const hanging = on.as(tenant);
      for (let i = 0; i < 5; i++) await hanging.create(await hanging.connect(world.publisher.url('/hangs')));
    }
    await eventually(() => world.publisher.fetches('/hangs') >= 7, 'the hanging tenants to have their slots');
    world.publisher.publish(described(1), '/idle');
    const idle = on.as('idle');
    const { id } = await idle.create(await idle.connect(world.publisher.url('/idle')));
    expect(await idle.finished(id)).toMatchObject({ state: 'completed' });
    expect(world.publisher.fetches('/hangs')).toBe(7);
  });
});
