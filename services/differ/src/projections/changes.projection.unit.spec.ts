import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@tidemark/event-store';
import { changesProjection } from './changes.projection.js';

const about = { tenant: 'acme', connectionId: 'c1', jobId: 'j1', snapshotId: 's2', previousSnapshotId: 's1' };
const change = {
  ...{ id: 'x1', changeId: 'y1', rule: 'endpoint-added', severity: 'safe', operation: 'GET /pets' },
  ...{ pointer: {}, before: null, after: {}, message: 'GET /pets was added.', order: 0 },
};
const event = (changes: object[]) =>
  ({ data: { ...about, changes, at: Date.parse('2026-03-01T12:00:00Z') } }) as unknown as RecordedEvent;

describe('the view of changes', () => {
  it('has a document for each change of a batch', () => {
    const recorded = event([
      { ...change, operations: ['GET /pets'] },
      { ...change, id: 'x2', operation: null, operations: ['GET /a', 'GET /b'] },
    ]);
    expect(changesProjection.keys(recorded)).toEqual(['x1', 'x2']);
    expect(changesProjection.evolve(null, recorded, 'x2')).toMatchObject({
      ...about,
      operations: ['GET /a', 'GET /b'],
      detectedAt: '2026-03-01T12:00:00.000Z',
    });
  });

  it('reads events that were stored before changes told all their operations', () => {
    expect(changesProjection.evolve(null, event([change]), 'x1')).toMatchObject({ operations: ['GET /pets'] });
    const shared = event([{ ...change, operation: null }]);
    expect(changesProjection.evolve(null, shared, 'x1')).toMatchObject({ operations: [] });
  });
});
