/** One thing more of a kind: its own files, and the rows that it needs in files that are there already. */
export interface Addition {
  /** By path from the root. */
  readonly files: Readonly<Record<string, string>>;
  /** Each puts `row` behind `after`, which stands in the file once. */
  readonly rows: readonly { readonly file: string; readonly after: string; readonly row: string }[];
}

const runner = 'services/connector-runner/src';
const coordinator = 'services/job-coordinator/src';

export const additions: Readonly<Record<string, Addition>> = {
  connector: {
    files: {
      'libs/connectors/src/counter/counter.manifest.ts': `import { z } from 'zod';
import type { Manifest } from '@tidemark/connector-sdk/manifest';

/** Counts. */
export const manifest: Manifest = {
  name: 'counter',
  title: 'Counter',
  description: 'Counts from one.',
  config: z.strictObject({}),
  auth: ['none'],
  webhook: () => ({
    scheme: { header: 'X-Counter-Signature', deliveryIdHeader: 'X-Counter-Id' },
    objects: { name: 'kind', externalId: 'id', names: { number: 'numbers' } },
  }),
  pipelines: ['integration'],
  source: {
    objects: [{ name: 'numbers', title: 'Numbers', incremental: false, deletions: false }],
    modes: ['full'],
    pageSize: { min: 1, initial: 10, max: 100 },
  },
};
`,
      'libs/connectors/src/counter/counter.connector.ts': `import { defineConnector } from '@tidemark/connector-sdk';
import { manifest } from './counter.manifest.js';

const isCounted = (id: number) => id >= 1 && id <= 3;
const numberOf = (id: number) => ({ externalId: String(id), objectType: 'numbers', data: { id } });

export const connector = defineConnector(manifest, {
  openSource: () => ({
    check: async () => ({ ok: true, message: 'it counts' }),
    close: async () => undefined,
    async *read() {
      yield { records: [1, 2, 3].map(numberOf), problems: [], cursor: {}, hasMore: false };
    },
    async fetch({ ids }) {
      return { records: ids.map(Number).filter(isCounted).map(numberOf), problems: [] };
    },
  }),
});
`,
    },
    rows: [
      {
        file: 'libs/connectors/src/connectors.ts',
        after: "  listed(await import('./noop/noop.manifest.js')),\n",
        row: "  listed(await import('./counter/counter.manifest.js'), () => import('./counter/counter.connector.js')),\n",
      },
    ],
  },
  stage: {
    files: {
      [`${runner}/stages/noop/tidy.stage.ts`]: `import type { noopPipeline, Stage } from '@tidemark/pipelines';

/** Does nothing, after the other stage did. */
export const tidyStage: Stage<typeof noopPipeline, 'tidy'> = async () => ({ output: { tidy: true } });
`,
    },
    rows: [
      {
        file: 'libs/pipelines/src/noop/pipeline.ts',
        after: 'definePipeline<{ run: object',
        row: '; tidy: object',
      },
      {
        file: 'libs/pipelines/src/noop/pipeline.ts',
        after: "{ name: 'run', service: 'connector-runner' }",
        row: ", { name: 'tidy', service: 'connector-runner' }",
      },
      { file: `${runner}/stages.ts`, after: 'run: async () => ({ output: {} })', row: ', tidy: tidyStage' },
      {
        file: `${runner}/stages.ts`,
        after: "import { snapshotStage } from './stages/dependency/snapshot.stage.js';\n",
        row: "import { tidyStage } from './stages/noop/tidy.stage.js';\n",
      },
    ],
  },
  projection: {
    files: {
      [`${coordinator}/projections/endings.projection.ts`]: `import { isEnding, jobStream, type JobEvent } from '@tidemark/contracts';
import type { Projection } from '@tidemark/read-model';

interface Ending {
  readonly id: string;
  readonly tenant: string;
  readonly type: string;
}

/** One document a job that ended. */
export const endingsProjection: Projection<Ending, JobEvent> = {
  name: 'endings',
  version: 1,
  indexes: [['tenant', 'type']],
  streams: [jobStream],
  keys: (event) => (isEnding(event) ? [jobStream.idOf(event.stream)] : []),
  evolve: (_, event, id) => ({ id, tenant: event.metadata.tenant ?? '', type: event.type }),
};
`,
    },
    rows: [
      {
        file: `${coordinator}/job-coordinator.service.ts`,
        after: 'projections: [jobsProjection, connectionsProjection',
        row: ', endingsProjection',
      },
      {
        file: `${coordinator}/job-coordinator.service.ts`,
        after: "import { connectionsProjection } from './projections/connections.projection.js';\n",
        row: "import { endingsProjection } from './projections/endings.projection.js';\n",
      },
    ],
  },
  resource: {
    files: {
      'services/gateway/src/resources/greetings/greetings.controller.ts': `import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';

@ApiResource('greetings')
@RequireScope('read')
@Controller('v1/greetings')
export class GreetingsController {
  @Get()
  @ApiOperation({ summary: 'A greeting' })
  @ApiOkResponse({ schema: { type: 'object' } })
  get() {
    return { greeting: 'hello' };
  }
}
`,
      'services/gateway/src/resources/greetings/greetings.resource.ts': `import type { Resource } from '../../edge/resource.js';
import { GreetingsController } from './greetings.controller.js';

export const greetings: Resource = { providers: [], controllers: [GreetingsController] };
`,
    },
    rows: [
      {
        file: 'services/gateway/src/resources/resources.ts',
        after: "export { dependencies } from './dependencies/dependencies.resource.js';\n",
        row: "export { greetings } from './greetings/greetings.resource.js';\n",
      },
    ],
  },
  daemon: {
    files: {
      [`${coordinator}/daemons/pulse.ts`]: `import { Loop, type Clock } from '@tidemark/foundation';

/** Counts the minutes. */
export const pulse = (clock: Clock, onError: (error: Error) => void) => {
  let minutes = 0;
  return new Loop({ tick: () => void (minutes += 1), everyMs: 60_000, onError, clock });
};
`,
    },
    rows: [
      {
        file: `${coordinator}/job-coordinator.service.ts`,
        after: 'daemons: [timers, admission, feed, liveness',
        row: ', pulse(time, onError)',
      },
      {
        file: `${coordinator}/job-coordinator.service.ts`,
        after: "import { Liveness } from './daemons/liveness.js';\n",
        row: "import { pulse } from './daemons/pulse.js';\n",
      },
    ],
  },
};
