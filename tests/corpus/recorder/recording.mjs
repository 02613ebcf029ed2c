import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The publisher of the recorded connections' descriptions: its port is part of the recording. */
export const PUBLISHER_PORT = 48194;
export const ADMIN = 'tmk_recorded-installation-key';
const HTTP_PORT = 48195;

/** Publishes documents by path; null: responds once there is one; a number: responds with that status. */
export class RecordedPublisher {
  #documents = new Map();
  #waiting = [];
  #server = createServer((request, response) => this.#answer(request.url, response));

  async start() {
    this.#server.listen(PUBLISHER_PORT, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  publish(path, document) {
    this.#documents.set(path, document);
    for (const [url, response] of this.#waiting.splice(0)) this.#answer(url, response);
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(url, response) {
    const document = this.#documents.get(url);
    if (document === null) this.#waiting.push([url, response]);
    else if (typeof document === 'number') response.writeHead(document).end();
    else response.end(typeof document === 'string' ? document : JSON.stringify(document));
  }
}

export const source = (path) => ({
  connector: 'openapi',
  config: { url: `http://127.0.0.1:${PUBLISHER_PORT}${path}` },
});

/** The installation that is recorded, one life after the other on the same data folder. */
export class Recording {
  messages = [];
  #checkout;
  #dataDir;
  #child;
  #answers = [];

  constructor(checkout, dataDir) {
    this.#checkout = checkout;
    this.#dataDir = dataDir;
  }

  async begin({ offsetMs = 0, claimTimeoutMs = 60_000 } = {}) {
    const options = { checkout: this.#checkout, dataDir: this.#dataDir, httpPort: HTTP_PORT, apiKey: ADMIN };
    this.#child = fork(
      join(import.meta.dirname, 'services.mjs'),
      [JSON.stringify({ ...options, offsetMs, claimTimeoutMs })],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    this.#child.on('message', ({ message, answer }) => {
      if (message) this.messages.push(message);
      else this.#answers.shift().resolve(answer);
    });
    await this.#answer();
  }

  /** Sends an order to the services; resolves when they have carried it out. */
  order(order) {
    this.#child.send(order);
    return this.#answer();
  }

  async kill() {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** @throws Error when the answer is an error */
  async call(method, path, body, key = ADMIN, headers = {}) {
    const response = await fetch(`http://127.0.0.1:${HTTP_PORT}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return /json/.test(response.headers.get('content-type')) ? JSON.parse(text) : text;
  }

  get(path, key) {
    return this.call('GET', path, undefined, key);
  }

  async connect(name, from, given = {}) {
    const body = { name, source: from, schedule: { every: 'manual' }, ...given };
    return (await this.call('POST', '/v1/connections', body)).id;
  }

  async job(connectionId, { idempotencyKey, ...given } = {}) {
    const headers = idempotencyKey && { 'idempotency-key': idempotencyKey };
    const path = `/v1/connections/${connectionId}/jobs`;
    return (await this.call('POST', path, { type: 'full', ...given }, ADMIN, headers)).id;
  }

  /** The job once it has ended and its connection has recorded the end. */
  async sync(connectionId, given) {
    const id = await this.job(connectionId, given);
    return this.ended(id, connectionId);
  }

  async ended(id, connectionId) {
    await this.until(async () => (await this.get(`/v1/jobs/${id}`)).endedAt, `job ${id} to end`);
    if (connectionId)
      await this.until(
        async () => (await this.get(`/v1/connections/${connectionId}`)).lastSync?.jobId === id,
        `the end of ${id} to be committed`,
      );
    return this.get(`/v1/jobs/${id}`);
  }

  /** Resolves when the job has an event of this type (and stage). */
  async happened(id, type, stage) {
    const found = ({ data }) => data.some((entry) => entry.type === type && (!stage || entry.stage === stage));
    await this.until(async () => found(await this.get(`/v1/jobs/${id}/timeline`)), `${type} of ${id}`);
  }

  async until(condition, what, withinMs = 30_000) {
    const deadline = Date.now() + withinMs;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
      await sleep(50);
    }
  }

  #answer() {
    const answer = Promise.withResolvers();
    this.#answers.push(answer);
    return answer.promise;
  }
}
