import { runsBeside } from '../job/job.js';

/** The jobs of a lane run one after the other: those of a connection, and those that run beside them. */
export const laneOf = ({ connectionId, type }: { readonly connectionId: string; readonly type: string }): string =>
  runsBeside({ type }) ? `${connectionId}#beside` : connectionId;

export const connectionOf = (lane: string): string => lane.replace(/#beside$/, '');
