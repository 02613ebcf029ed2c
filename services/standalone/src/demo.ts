import { views, type ConnectionDocument } from '@tidemark/contracts';
import type { Stoppable } from '@tidemark/foundation';
import type { Adapters } from '@tidemark/platform';
import type { ReadModel } from '@tidemark/read-model';
import { httpDemoApi } from './demo/http-demo-api.js';
import { startDemoPublisher, type DemoPublisher } from './demo/publisher.js';
import { demoConnection, runDemo } from './demo/run-demo.js';

/** The sample publisher; on the port that its connection knows from an earlier start, when that is free. */
export async function publishDemo({ readModel }: Adapters): Promise<DemoPublisher> {
  // Without views the port is not known; any free one will do.
  const port = await knownPort(readModel).catch(() => 0);
  return startDemoPublisher({ port }).catch(() => startDemoPublisher({ port: 0 }));
}

async function knownPort(readModel: ReadModel): Promise<number> {
  const { name } = demoConnection('');
  const view = readModel.view<ConnectionDocument>(views.connections);
  const { data } = await view.query({ where: { tenant: 'default' }, perPage: 1000 });
  const url = data.find((connection) => connection.name === name)?.source.config['url'];
  return typeof url === 'string' ? Number(new URL(url).port) : 0;
}

/** Shows the sample publisher's first versions on the terminal. */
export function showDemo(publisher: DemoPublisher, url: string, key: string, print: (line: string) => void): Stoppable {
  const ending = new AbortController();
  const { signal } = ending;
  const shown = runDemo({ api: httpDemoApi({ url, key, signal }), publisher, print, signal });
  return {
    async stop() {
      ending.abort();
      await shown;
    },
  };
}
