import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@tidemark/platform';
import { answerError } from './answer-error.js';

/** Answers every error that leaves a handler, a hook, the parser or the router. */
@Catch()
export class HttpErrorsFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerError(thrown, http.getRequest(), http.getResponse(), this.#logger);
  }
}
