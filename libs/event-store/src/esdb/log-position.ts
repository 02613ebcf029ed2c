import type { Position } from '@eventstore/db-client';

/**
 * A position of `$all` as the port has it: everything up to this number has been read. EventStoreDB's own has two parts.
 * With the prepare part below the commit part it lies before the record at `commit`, which may be an event still to come:
 * resuming at {commit, commit} would miss it (23.10, 24.10 before .5, 25.0.0).
 */
export interface LogPosition {
  readonly position: number;
  /** The two parts, unless both are `position`. */
  readonly token?: string;
}

export function fromServer({ commit, prepare }: Position): LogPosition {
  if (prepare === commit) return { position: Number(commit) };
  return { position: Number(commit) - (prepare < commit ? 1 : 0), token: `${commit}/${prepare}` };
}

/** A position without a token, or with one of another store, is that of an event. */
export function toServer({ position, token }: LogPosition): Position {
  const [, commit, prepare] = /^(\d+)\/(\d+)$/.exec(token ?? '') ?? [];
  if (commit && prepare) return { commit: BigInt(commit), prepare: BigInt(prepare) };
  const exact = BigInt(Math.max(position, 0));
  return { commit: exact, prepare: exact };
}
