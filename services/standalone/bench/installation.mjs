// An installation in a process of its own, so that its memory and its event loop are measured alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '../../../tools/lib/bench.mjs';

const KEY = 'tmk_installation-of-the-bench';
const MAIN = new URL('../dist/main.js', import.meta.url).pathname;

export class Installation {
  static async start(settings) {
    const child = spawn(process.execPath, [...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []), MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...{ TIDEMARK_HTTP_PORT: '0', TIDEMARK_GRPC_PORT: '0', TIDEMARK_RATE_LIMIT: '0', TIDEMARK_DEMO: 'off' },
        ...{ TIDEMARK_DATA_DIR: temporaryFolder(), TIDEMARK_API_KEY: KEY, ...settings },
      },
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const [url] = /http:\/\/[\d.:]+\d/.exec(line) ?? [];
      if (!url) continue;
      child.stdout.resume();
      return new Installation(child, url);
    }
    throw new Error('the installation ended before it could be called');
  }

  constructor(child, url) {
    Object.assign(this, { child, url });
  }

  /** @returns the id of a connection that syncs on request alone */
  async connect(given) {
    return (await this.#call('POST', '/v1/connections', { name: 'bench', schedule: { every: 'manual' }, ...given })).id;
  }

  /** Runs a job to its end. @returns the job, and its milliseconds */
  async run(connection, given) {
    const began = performance.now();
    const { id } = await this.#call('POST', `/v1/connections/${connection}/jobs`, given);
    await this.#call('GET', `/v1/jobs/${id}/events`);
    const ms = performance.now() - began;
    const job = await this.#call('GET', `/v1/jobs/${id}`);
    if (job.result !== 'succeeded') throw new Error(JSON.stringify(job));
    return { ...job, ms };
  }

  /** Of the process since its start, from Linux. */
  get peakMib() {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]) / 1024;
  }

  async stop() {
    this.child.kill();
    await once(this.child, 'exit');
  }

  async #call(method, path, body) {
    const response = await fetch(`${this.url}${path}`, {
      ...{ method, headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' } },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return /json/.test(response.headers.get('content-type')) ? JSON.parse(text) : text;
  }
}
