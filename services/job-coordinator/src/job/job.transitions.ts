import type { JobState as JobStatus } from '@tidemark/contracts';

type From = JobStatus | 'absent';

/** The only table of legal moves; a state without moves is terminal. */
export const transitions: Readonly<Record<From, readonly JobStatus[]>> = {
  absent: ['pending'],
  pending: ['running', 'cancelled'],
  // running → running: the next claim of the same attempt takes over
  running: ['running', 'pending', 'completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

export const canMove = (from: From, to: JobStatus): boolean => transitions[from].includes(to);
