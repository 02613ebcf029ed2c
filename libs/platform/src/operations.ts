import { operationVerbsOf, TidemarkError, type ProjectionStatus, type Service } from '@tidemark/contracts';
import type { Running } from '@tidemark/messaging';
import type { Projection, Projector } from '@tidemark/read-model';
import type { Adapters } from './adapters.js';
import { answersSoon, healthOf } from './health.js';
import { serveVerbs } from './serve-verbs.js';

export interface OperatedProjections {
  readonly projector: Projector;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the document types differ
  readonly projections: readonly Projection<any>[];
}

/** Answers what operators ask of a service that owns projections: `ping`, `projections`, `rebuild-projection`. */
export async function serveOperations(
  service: Service,
  adapters: Pick<Adapters, 'broker' | 'eventStore' | 'readModel'>,
  { projector, projections }: OperatedProjections,
): Promise<Running> {
  const { broker, readModel } = adapters;
  const rebuilding = new Set<string>();

  const statusOf = async (name: string): Promise<ProjectionStatus> => {
    const projection = projections.find((one) => one.name === name);
    if (!projection) throw new TidemarkError('NOT_FOUND', `${service} has no projection ${name}`);
    const position = await answersSoon(readModel.view<never>(projection).position()).catch(() => undefined);
    const state = rebuilding.has(name) ? 'rebuilding' : position === undefined ? 'unavailable' : 'live';
    return { name, version: projection.version, position: position ?? -1, state };
  };

  return serveVerbs(broker, operationVerbsOf(service), {
    ping: () => healthOf(adapters),
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
  });
}
