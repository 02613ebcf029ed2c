import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FileBlobStore } from '@tidemark/blob-store';
import { noCounts, type Cursor, type StageOutput } from '@tidemark/contracts';
import { Artefacts, type StageContext, type StageResult } from '@tidemark/pipelines';
import { createRecordStore } from '@tidemark/record-store';
import { createHttpClient, type HttpPoolOptions, retrySchedule } from '@tidemark/resilience';
import { stagesWith } from '../stages.js';

export type Page = { readonly body: string; readonly headers?: Record<string, string>; readonly status?: number };
export type Answer = Page | ((request: IncomingMessage, response: ServerResponse) => void);

/** A real HTTP server whose pages a test can change. Supports If-None-Match. */
export class Publisher {
  readonly pages = new Map<string, Answer>();
  /** Path and headers of every request, in order. */
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Publisher> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const publisher = new Publisher(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => publisher.#answer(request, response));
    return publisher;
  }

  publish(path: string, body: unknown, headers: Record<string, string> = {}): void {
    this.pages.set(path, { body: typeof body === 'string' ? body : JSON.stringify(body), headers });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push({ path, headers: request.headers });
    const page = this.pages.get(path) ?? { status: 404, body: 'not here' };
    if (typeof page === 'function') return page(request, response);
    const { etag } = page.headers ?? {};
    const same = etag !== undefined && request.headers['if-none-match'] === etag;
    response.writeHead(same ? 304 : (page.status ?? 200), page.headers).end(same ? undefined : page.body);
  }
}

export interface TestResult extends StageResult {
  readonly output: StageOutput;
  readonly stage: string;
}

export interface LegRun {
  readonly outputs: Record<string, StageOutput>;
  readonly results: readonly TestResult[];
  readonly last: TestResult;
  /** The cursor that the job commits when it completes. */
  readonly cursor: Cursor | null;
}

export interface LegOptions {
  readonly config: Record<string, unknown>;
  readonly cursor?: Cursor | null;
  readonly jobId?: string;
  /** True: every stage runs as if in a process of its own. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  readonly guard?: HttpPoolOptions;
}

/** Runs the stages of the first leg of a dependency's job, on a real blob store and the real HTTP client. */
export async function runLeg(folder: string, options: LegOptions): Promise<LegRun> {
  const { config, cursor = null, jobId = 'job-1', fresh = false, signal = new AbortController().signal } = options;
  const outputs: Record<string, StageOutput> = {};
  const results: TestResult[] = [];
  let artefacts = new Artefacts();
  let proposed: Cursor | null = cursor;
  const http = createHttpClient({ side: 'source', allow: ['127.0.0.1'], retries: retrySchedule([]), ...options.guard });
  const records = await createRecordStore('sqlite::memory:');
  const { stages } = stagesWith({ http, records, maskingKey: unexpected, readsWindows: () => false }).get(
    'dependency',
  )!;
  try {
    for (const [name, stage] of Object.entries(stages)) {
      if (fresh) artefacts = new Artefacts();
      const kept = asJson(outputs);
      const context: StageContext = {
        job: { id: jobId, tenant: 'acme', connectionId: 'connection-1', type: 'full', trigger: 'api', attempt: 1 },
        parameters: {},
        destinations: [],
        policies: {},
        pausedObjects: [],
        source: { connector: 'openapi', config },
        cursor,
        resumeFrom: null,
        counts: noCounts,
        artefacts,
        blobs: new FileBlobStore(folder),
        open: { source: unexpected, destination: unexpected },
        signal,
        output: (earlier) => kept[earlier] as never,
        checkpoint: unexpected,
        progress: () => {},
        now: () => 0,
      };
      const result = await stage(context);
      // Outputs pass through JSON, as they do on their way into an event.
      outputs[name] = asJson(result.output) as StageOutput;
      results.push({ ...result, output: outputs[name], stage: name });
      if (result.cursor) proposed = asJson(result.cursor);
      if (result.finish) break;
    }
  } finally {
    await http.close();
  }
  return { outputs, results, last: results.at(-1)!, cursor: proposed };
}

const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const unexpected = () => Promise.reject(new Error('no stage of this leg does that'));
