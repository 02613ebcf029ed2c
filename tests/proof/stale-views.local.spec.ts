import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { views, type JobDocument } from '@tidemark/contracts';
import type { ReadModel, ViewDefinition, ViewDocument } from '@tidemark/read-model';
import { eventually, withMembers } from '@tidemark/test-kit';
import { Edge } from '../installations/edge.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

type Stale = JobDocument & { readonly fold: object };

let publisher: Publisher;
let edge: Edge;
/** A document that has lost the last events of its job. */
let stale: Stale | undefined;

const lossy = (readModel: ReadModel): ReadModel =>
  withMembers(readModel, {
    view: <D extends ViewDocument>(definition: ViewDefinition<D>) => {
      const view = readModel.view(definition);
      if (definition.name !== views.jobs.name) return view;
      return withMembers(view, {
        async *scan(where: Parameters<typeof view.scan>[0]) {
          yield* view.scan(where);
          if (stale && JSON.stringify(where).includes('running')) yield stale as unknown as D;
        },
      });
    },
  });

beforeEach(async () => {
  stale = undefined;
  publisher = await Publisher.start();
  edge = await Edge.start({
    settings: { claimTimeoutMs: 3000 },
  });
  await edge.startRunners({ claimTimeoutMs: 3000 });
}, 30_000);
afterEach(async () => {
  await edge.close();
  await publisher.stop();
});

describe('a coordinator that begins with a document which has lost the end of its job', () => {
  it.each([
    ['and says that it is claimed', {}],
    ['and says that it waits for a runner', { claim: null }],
  ])(
    '%s goes on with the other jobs of the connection',
    async (_, change) => {
      const connection = await edge.connect(publisher.source());
      const release = publisher.hold(described(1));
      const id = await edge.order(connection);
      const view = edge.adapters.readModel.view<Stale & ViewDocument>(views.jobs as unknown as ViewDefinition<Stale>);
      const running = await eventually(async () => {
        const document = await view.get(id);
        return document?.state === 'running' && document;
      }, 'the job to run');
      release();
      const ended = async (jobId: string) => (await edge.get(`/v1/jobs/${jobId}`)).body.state === 'completed';
      await eventually(() => ended(id), 'its end');
      await edge.stopCoordinator();
      stale = { ...running, fold: { ...running.fold, ...change } };
      await edge.startCoordinator({ ...edge.adapters, readModel: lossy(edge.adapters.readModel) });
      const next = await edge.order(connection);
      await eventually(() => ended(next), 'the next job', { timeout: 40_000 });
    },
    60_000,
  );
});
