import type { SnapshotDocument } from '@tidemark/contracts';

/** A snapshot as callers see it. */
export type SnapshotView = Omit<SnapshotDocument, 'tenant'>;
