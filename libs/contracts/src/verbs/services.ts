import { runnerVerbs } from './connector-runner.js';
import { differVerbs } from './differ.js';
import { coordinatorVerbs } from './job-coordinator.js';
import type { Verbs } from './verb.js';

interface ServiceRow {
  /** The verbs besides those that every service answers. */
  readonly verbs: Verbs;
  readonly ownsViews: boolean;
}

/** Every service, as the others see it. */
export const services = {
  gateway: { verbs: {}, ownsViews: true },
  'job-coordinator': { verbs: coordinatorVerbs, ownsViews: true },
  'connector-runner': { verbs: runnerVerbs, ownsViews: false },
  differ: { verbs: differVerbs, ownsViews: true },
} as const satisfies { readonly [name: string]: ServiceRow };

export type ServiceName = keyof typeof services;
