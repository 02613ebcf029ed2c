import type { Stoppable } from '@tidemark/foundation';

/** Runs what `begin` starts, and runs it anew when it says that it must begin again; one thing at a time. */
export class Restarting implements Stoppable {
  #running: Stoppable | undefined;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @param onFailure receives the error of a new start that failed */
  constructor(
    private readonly begin: (again: (reason: Error) => void) => Promise<Stoppable>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** @throws the error of `begin` */
  start(): Promise<void> {
    return this.#inTurn(() => this.#begin());
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#inTurn(() => this.#end());
  }

  async #begin(): Promise<void> {
    let asked = false;
    const again = () => {
      if (asked) return;
      asked = true;
      this.#inTurn(async () => {
        await this.#end();
        await this.#begin();
      }).catch(this.onFailure);
    };
    if (!this.#stopped) this.#running = await this.begin(again);
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
