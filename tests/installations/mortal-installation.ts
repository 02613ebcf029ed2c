import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { RemoteError } from '@tidemark/messaging';
import { Caller } from './caller.js';
import type { ChildOptions, Word } from './crash-child.js';

const PROGRAM = join(import.meta.dirname, '../dist/installations/crash-child.js');

class Died extends Error {}

/**
 * An installation in a process that may be killed at any moment. An interrupted request is repeated after the restart,
 * so requests must be repeatable.
 */
export class MortalInstallation extends Caller {
  #life?: { readonly child: ChildProcess; readonly ready: Promise<void>; readonly exit: Promise<unknown> };
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #born = Promise.withResolvers<void>();

  constructor(private readonly options: ChildOptions) {
    super({ request: <R>(subject: string, data: unknown) => this.#untilAnswered(subject, data) as Promise<R> });
  }

  /** Restarts it; resolves when it answers. @throws Error when it dies before */
  start(crash?: ChildOptions['crash']): Promise<void> {
    const child = fork(PROGRAM, [JSON.stringify({ ...this.options, crash })], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const up = Promise.withResolvers<void>();
    child.on('message', (word: Word) => ('ready' in word ? up.resolve() : this.#settle(word)));
    const exit = once(child, 'exit').then(() => {
      up.reject(new Died('the installation died while it started'));
      for (const { reject } of this.#pending.values()) reject(new Died('the installation died'));
      this.#pending.clear();
    });
    up.promise.catch(() => undefined);
    this.#life = { child, ready: up.promise, exit };
    this.#born.resolve();
    this.#born = Promise.withResolvers();
    return up.promise;
  }

  /** `kill -9`. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#life?.child.kill('SIGKILL');
    await this.#life?.exit;
  }

  /** Resolves when the process has died. */
  async death(): Promise<void> {
    await this.#life?.exit;
  }

  async #untilAnswered(subject: string, data: unknown): Promise<unknown> {
    for (;;) {
      const life = this.#life;
      const born = this.#born;
      try {
        await life!.ready;
        return await this.#once(subject, data);
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        if (this.#life === life) await born.promise;
      }
    }
  }

  #once(subject: string, data: unknown): Promise<unknown> {
    const id = (this.#lastId += 1);
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    this.#life!.child.send({ id, subject, data }, (error) => error && answer.reject(new Died(error.message)));
    return answer.promise;
  }

  #settle(word: Exclude<Word, { ready: true }>): void {
    const answer = this.#pending.get(word.id);
    this.#pending.delete(word.id);
    if ('reply' in word) return answer?.resolve(word.reply);
    const { code = 'INTERNAL', message, details } = (word as Extract<Word, { error: object }>).error;
    answer?.reject(new RemoteError(code, message, details));
  }
}
