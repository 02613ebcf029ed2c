import {
  TidemarkError,
  type CommandContext,
  type Handlers,
  type ProjectionStatus,
  type projectionVerbsOf,
} from '@tidemark/contracts';
import type { Projection, Projector, ReadModel } from '@tidemark/read-model';
import { answersSoon } from './health.js';

/** The operators' verbs of a service that owns projections: `projections`, `rebuild-projection`. */
export function projectionHandlers(
  service: string,
  readModel: ReadModel,
  projector: Projector,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the document types differ
  projections: readonly Projection<any>[],
): Handlers<ReturnType<typeof projectionVerbsOf>, CommandContext> {
  const rebuilding = new Set<string>();

  const statusOf = async (name: string): Promise<ProjectionStatus> => {
    const projection = projections.find((one) => one.name === name);
    if (!projection) throw new TidemarkError('NOT_FOUND', `${service} has no projection ${name}`);
    const position = await answersSoon(readModel.view<never>(projection).position()).catch(() => undefined);
    const state = rebuilding.has(name) ? 'rebuilding' : position === undefined ? 'unavailable' : 'live';
    return { name, version: projection.version, position: position ?? -1, state };
  };

  return {
    projections: () => Promise.all(projections.map(({ name }) => statusOf(name))),
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
