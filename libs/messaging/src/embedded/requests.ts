import { toError, unlessAborted } from '@tidemark/foundation';
import { DeadlineExceeded, NoResponder } from '../errors.js';
import { withPatience } from '../patience.js';
import type { Request, RequestHandler, RequestOptions, Running } from '../port.js';
import { errorReply, isSurprise, remoteError } from '../remote.js';
import { assertFilter, assertSubject, SubjectIndex } from '../subjects.js';
import { Work } from '../work.js';

interface Server {
  readonly handler: RequestHandler;
  readonly work: Work;
}

const NO_HEADERS = Object.freeze({});

/** Requests inside the process: data and replies are passed without a copy, so neither side may change them. */
export class Requests {
  readonly #servers = new SubjectIndex<Server>();
  #turn = 0;

  constructor(private readonly onError: (error: Error) => void) {}

  serve(subject: string, handler: RequestHandler): Running {
    assertFilter(subject);
    const work = new Work();
    const remove = this.#servers.add(subject, { handler, work });
    return {
      stop: async (deadlineMs = 5_000) => {
        remove();
        await work.drain(deadlineMs);
      },
    };
  }

  /** @throws NoResponder · DeadlineExceeded · RemoteError · TypeError */
  request<R>(subject: string, data: unknown, options: RequestOptions): Promise<R> {
    return withPatience(options, (timeoutMs) => this.#ask<R>(subject, data, options.headers, timeoutMs));
  }

  #ask<R>(subject: string, data: unknown, headers: Request['headers'] = NO_HEADERS, timeoutMs: number): Promise<R> {
    const servers = this.#servers.match(subject);
    const server = servers[this.#turn++ % servers.length];
    return new Promise((resolve, reject) => {
      if (!server) {
        assertSubject(subject);
        throw new NoResponder(`no responder for ${subject}`);
      }
      const timer = setTimeout(() => {
        reject(new DeadlineExceeded(`no reply from ${subject} within ${timeoutMs} ms`));
      }, timeoutMs);
      answer(server, { subject, data, headers }).then(
        (reply) => {
          clearTimeout(timer);
          resolve(reply as R);
        },
        (error: unknown) => {
          clearTimeout(timer);
          if (isSurprise(error)) this.onError(toError(error));
          reject(remoteError(errorReply(error)));
        },
      );
    });
  }
}

async function answer({ handler, work }: Server, request: Request): Promise<unknown> {
  work.begin();
  try {
    return await unlessAborted(Promise.resolve(handler(request)), work.signal);
  } finally {
    work.end();
  }
}
