import { Terminal } from '@tidemark/resilience';
import {
  type CheckProblem,
  checkProblemOf,
  type CheckResult,
  type ConnectorContext,
  type Page,
  type ReadRequest,
  type Source,
} from '@tidemark/connector-sdk';
import { placeOf, startOf } from './cursor.js';
import { Folders } from './folders.js';
import { GraphApi } from './graph-api.js';
import { OBJECT } from './messages.js';
import type { MicrosoftGraphMailConfig } from './microsoft-graph-mail.manifest.js';
import { Reading } from './reading.js';

/** The messages of a mailbox in Microsoft Graph. */
export class MicrosoftGraphMailSource implements Source {
  readonly #config: MicrosoftGraphMailConfig;
  readonly #api: GraphApi;

  constructor({ config, http }: ConnectorContext<MicrosoftGraphMailConfig>) {
    this.#config = config;
    this.#api = new GraphApi(http, config);
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    const { object, cursor, signal } = request;
    signal.throwIfAborted();
    if (object !== OBJECT)
      throw new Terminal('SOURCE_NOT_FOUND', `microsoft-graph-mail has no object ${object}; it has ${OBJECT}`);
    const place = cursor ? placeOf(cursor) : startOf(request);
    yield* new Reading(this.#api, this.#config, request).pages(place);
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    const { mailbox = 'the user who authorised', folders: names = [] } = this.#config;
    const problems: CheckProblem[] = [];
    const note = (error: unknown) => void problems.push(checkProblemOf(error, signal, 'baseUrl'));
    try {
      const folders = new Folders(this.#api, this.#config.folders);
      for (const at of names.keys()) await folders.named(at, signal).catch(note);
      if (problems.length > 0) return { ok: false, problems };
      const found = await folders.list(signal);
      // A permission for folders and subjects does not imply one for bodies.
      await this.#api.page('messages', { $top: 1, $select: 'id,subject,body' }, signal);
      const total = found.reduce((sum, { messages }) => sum + messages, 0);
      return { ok: true, message: `the mail of ${mailbox}: ${total} messages in ${found.length} folders` };
    } catch (error) {
      note(error);
      return { ok: false, problems: problems.map((problem) => this.#withMailbox(problem)) };
    }
  }

  async close(): Promise<void> {}

  /** An application's token has no user. */
  #withMailbox(problem: CheckProblem): CheckProblem {
    if (this.#config.mailbox !== undefined || problem.code !== 'SOURCE_REQUEST_REFUSED') return problem;
    const message = `${problem.message}; if an application is authorised instead of a user, mailbox must name the user`;
    return { ...problem, field: 'mailbox', message };
  }
}
