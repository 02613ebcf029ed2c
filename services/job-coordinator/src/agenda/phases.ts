/**
 * What a live job waits for:
 * - `due`: a time (planned start, next attempt)
 * - `ready`: a slot
 * - `offered`: a runner (admitted, handed over, or returned after a lost claim)
 * - `claimed`: nothing; a runner is working on it
 * - `completing`: its connection, which has yet to commit the cursor; the next job starts from it, so the slot is kept
 * - `released`: nothing; it has ended, and is kept until the admission stream confirms that its slot was released
 */
export const phases = ['due', 'ready', 'offered', 'claimed', 'completing', 'released'] as const;
export type Phase = (typeof phases)[number];

/**
 * The only table of legal moves. Moves back, and moves to the same phase, also occur when events are folded again over
 * a restored job.
 */
export const phaseMoves: Readonly<Record<Phase, readonly Phase[]>> = {
  due: ['due', 'ready', 'offered', 'claimed'],
  // ready → claimed: admitted before this process began
  ready: ['due', 'offered', 'claimed'],
  offered: ['due', 'offered', 'claimed', 'completing', 'released'],
  // claimed → claimed: another runner takes over
  claimed: ['due', 'offered', 'claimed', 'completing', 'released'],
  completing: ['released'],
  released: [],
};

export const canMove = (from: Phase, to: Phase): boolean => phaseMoves[from].includes(to);

export const holdsSlot = (phase: Phase): boolean =>
  phase === 'offered' || phase === 'claimed' || phase === 'completing';

/** No runner is working on it yet. */
export const isWaiting = (phase: Phase): boolean => phase === 'due' || phase === 'ready' || phase === 'offered';

export const hasEnded = (phase: Phase): boolean => phase === 'completing' || phase === 'released';
