import type { GraphFolder } from './mailbox.js';

/** Where a round of change tracking is; what the opaque tokens of the delta stand for. */
export interface SyncState {
  readonly folder: string;
  /** Position at which the round started: the next one tells what happened behind it. */
  readonly started: number;
  /** Of a first round: messages up to this order were told. */
  readonly after?: number;
  /** Of a later round: events up to here were told in earlier rounds. */
  readonly since?: number;
  /** Of a later round: changed messages of this round told so far. */
  readonly told?: number;
  readonly filter?: string;
  readonly generation: number;
}

export const tokenOf = (state: object) => Buffer.from(JSON.stringify(state)).toString('base64url');

/** null when the token is no token of this folder. A new round starts at `position`. */
export function stateOf(token: string, folder: GraphFolder, position: number): SyncState | null {
  try {
    const state = JSON.parse(Buffer.from(token, 'base64url').toString()) as SyncState;
    return state.folder === folder.id ? { ...state, started: state.started ?? position } : null;
  } catch {
    return null;
  }
}
