import {
  TidemarkError,
  type CommandContext,
  type Handlers,
  type ProjectionCheck,
  type ProjectionStatus,
  type projectionVerbsOf,
} from '@tidemark/contracts';
import { instantOf, type Clock } from '@tidemark/foundation';
import type { Projection, Projector, ReadModel } from '@tidemark/read-model';
import { answersSoon } from './health.js';

/** The operators' verbs of a service that owns projections: `projections`, `check-projection`, `rebuild-projection`. */
export function projectionHandlers(
  service: string,
  readModel: ReadModel,
  projector: Projector,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the document types differ
  projections: readonly Projection<any>[],
  clock: Clock,
): Handlers<ReturnType<typeof projectionVerbsOf>, CommandContext> {
  const rebuilding = new Set<string>();
  const checks = new Map<string, ProjectionCheck>();
  const now = () => instantOf(clock.now());

  const statusOf = async (name: string): Promise<ProjectionStatus> => {
    const projection = projections.find((one) => one.name === name);
    if (!projection) throw new TidemarkError('NOT_FOUND', `${service} has no projection ${name}`);
    const position = await answersSoon(readModel.view<never>(projection).position()).catch(() => undefined);
    const state = rebuilding.has(name) ? 'rebuilding' : position === undefined ? 'unavailable' : 'live';
    const lastCheck = checks.get(name);
    return { name, version: projection.version, position: position ?? -1, state, ...(lastCheck && { lastCheck }) };
  };

  return {
    projections: () => Promise.all(projections.map(({ name }) => statusOf(name))),
    'check-projection': async ({ name }) => {
      const before = await statusOf(name);
      if (before.lastCheck?.endedAt === null) return before;
      const startedAt = now();
      const lastCheck = { startedAt, endedAt: null, documents: null, repaired: null };
      checks.set(name, lastCheck);
      void projector.check(name).then(
        (found) => checks.set(name, { startedAt, endedAt: now(), ...found }),
        () => checks.delete(name), // stopped
      );
      return { ...before, lastCheck } satisfies ProjectionStatus;
    },
    'rebuild-projection': async ({ name }) => {
      const before = await statusOf(name);
      if (!rebuilding.has(name)) {
        rebuilding.add(name);
        void projector
          .rebuild(name)
          .catch(() => undefined)
          .finally(() => rebuilding.delete(name)); // rejects when stopped
      }
      return { ...before, state: 'rebuilding' } satisfies ProjectionStatus;
    },
  };
}
