import { describe, expect, it } from '@jest/globals';
import { commonWith, withAnchor, type Anchor } from './epochs.js';

describe('anchors', () => {
  it('are few, reach back to the first event, and lie twice as far apart at most', () => {
    let anchors: Anchor[] = [];
    for (let position = 0; position < 10_000; position++)
      anchors = withAnchor(anchors, { position, id: `${position}` });
    expect(anchors.length).toBeLessThan(40);
    expect(anchors[0]!.position).toBe(9_999);
    expect(anchors.at(-1)!.position).toBe(0);
    const ages = anchors.slice(1).map(({ position }) => 9_999 - position);
    for (const [n, age] of ages.entries()) if (n > 0) expect(age).toBeLessThanOrEqual(2 * ages[n - 1]!);
  });
});

describe('what a reader has in common with the log', () => {
  const epochs = [
    { id: 'a', after: -1 },
    { id: 'b', after: 600 },
    { id: 'c', after: 500, replaces: 'lost' },
  ];

  it.each([
    [undefined, 500],
    ['a', 500],
    ['b', 500],
    ['c', Infinity],
    ['lost', 500],
    ['unknown', -1],
  ])('in epoch %s ends at %s', (epoch, position) => expect(commonWith(epochs, epoch)).toBe(position));
});
