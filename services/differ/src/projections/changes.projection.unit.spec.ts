import { describe, expect, it } from '@jest/globals';
import { projectionTwice } from '@tidemark/read-model/testing';
import { changesProjection } from './changes.projection.js';

const about = { tenant: 'acme', connectionId: 'c1', jobId: 'j1', snapshotId: 's2', previousSnapshotId: 's1' };
const change = {
  ...{ id: 'x1', changeId: 'y1', rule: 'endpoint-added', severity: 'safe', operation: 'GET /pets' },
  ...{ pointer: {}, before: null, after: {}, message: 'GET /pets was added.', order: 0 },
};
const recorded = (...changes: object[]) => ({
  ...{ id: 'e1', type: 'ChangesRecorded', stream: 'changes-s2', metadata: {}, revision: 0, position: 0, recordedAt: 0 },
  data: { ...about, changes, at: Date.parse('2026-03-01T12:00:00Z') },
});

describe('the view of changes', () => {
  it('has a document for each change of a batch', () => {
    const shared = { ...change, id: 'x2', operation: null, operations: ['GET /a', 'GET /b'] };
    const documents = projectionTwice(changesProjection, [recorded({ ...change, operations: ['GET /pets'] }, shared)]);
    expect([...documents.keys()]).toEqual(['x1', 'x2']);
    expect(documents.get('x2')).toEqual({ ...about, ...shared, detectedAt: '2026-03-01T12:00:00.000Z' });
  });

  it('reads events that were stored before changes listed all their operations', () => {
    const documents = projectionTwice(changesProjection, [recorded(change, { ...change, id: 'x2', operation: null })]);
    expect(documents.get('x1')).toMatchObject({ operations: ['GET /pets'] });
    expect(documents.get('x2')).toMatchObject({ operations: [] });
  });
});
