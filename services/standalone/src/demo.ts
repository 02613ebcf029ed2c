import { views, type ConnectionDocument } from '@tidemark/contracts';
import type { Stoppable } from '@tidemark/foundation';
import type { Adapters } from '@tidemark/platform';
import type { ReadModel } from '@tidemark/read-model';
import { httpDemoApi } from './demo/http-demo-api.js';
import { IssueTracker } from './demo/issue-tracker.js';
import { startDemoPublisher, type DemoPublisher } from './demo/publisher.js';
import { demoConnection, runDemo } from './demo/run-demo.js';
import { runIssuesDemo } from './demo/run-issues-demo.js';

/** The samples: a publisher of an API description, and an issue tracker at the same address. */
export interface Samples extends DemoPublisher {
  readonly tracker: IssueTracker;
}

/** The samples; on the port that their connection knows from an earlier start, when that is free. */
export async function publishDemo({ readModel }: Adapters): Promise<Samples> {
  const tracker = new IssueTracker();
  // Without views the port is not known; any free one will do.
  const port = await knownPort(readModel).catch(() => 0);
  const publisher = await startDemoPublisher({ port, tracker }).catch(() => startDemoPublisher({ port: 0, tracker }));
  return Object.assign(publisher, { tracker });
}

async function knownPort(readModel: ReadModel): Promise<number> {
  const { name } = demoConnection('');
  const view = readModel.view<ConnectionDocument>(views.connections);
  const { data } = await view.query({ where: { tenant: 'default' }, perPage: 1000 });
  const url = data.find((connection) => connection.name === name)?.source.config['url'];
  return typeof url === 'string' ? Number(new URL(url).port) : 0;
}

/** Shows on the terminal what Tidemark makes of the samples: first the issues, then the publisher's first versions. */
export function showDemo(samples: Samples, url: string, key: string, print: (line: string) => void): Stoppable {
  const ending = new AbortController();
  const { signal } = ending;
  const common = { api: httpDemoApi({ url, key, signal }), print, signal };
  const shown = runIssuesDemo({
    ...common,
    tracker: samples.tracker,
    samplesUrl: new URL(samples.url).origin,
    url,
  }).then(() => runDemo({ ...common, publisher: samples }));
  return {
    async stop() {
      ending.abort();
      await shown;
    },
  };
}
