/**
 * foreign: not a row snapshot · version: written by a later format · truncated: it ends early · corrupt: bytes differ from
 * those written · otherKey: its rows have other key columns, so that there is nothing to compare.
 */
export type SnapshotProblem = 'foreign' | 'version' | 'truncated' | 'corrupt' | 'otherKey';

/** The previous snapshot cannot be compared with. */
export class SnapshotUnusable extends Error {
  override readonly name = 'SnapshotUnusable';
  readonly code = 'SNAPSHOT_UNUSABLE';
  constructor(
    readonly reason: SnapshotProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
