import type { GraphFolder } from './mailbox.js';

/** The state of a round of change tracking, behind the opaque tokens of the delta. */
export interface SyncState {
  readonly folder: string;
  /** Position at which the round started: the next one reports later events. */
  readonly started: number;
  /** Of a first round: messages up to this order were reported. */
  readonly after?: number;
  /** Of a later round: events up to here were reported in earlier rounds. */
  readonly since?: number;
  /** Of a later round: changed messages of this round reported so far. */
  readonly reported?: number;
  readonly filter?: string;
  readonly generation: number;
}

export const tokenOf = (state: object) => Buffer.from(JSON.stringify(state)).toString('base64url');

/** null when the token does not belong to this folder. A new round starts at `position`. */
export function stateOf(token: string, folder: GraphFolder, position: number): SyncState | null {
  try {
    const state = JSON.parse(Buffer.from(token, 'base64url').toString()) as SyncState;
    return state.folder === folder.id ? { ...state, started: state.started ?? position } : null;
  } catch {
    return null;
  }
}
