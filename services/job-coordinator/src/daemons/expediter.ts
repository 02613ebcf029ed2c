import type { Agenda, Expedited } from '../agenda/agenda.js';

/** Ends the wait of jobs for their next attempt when the agenda says so; several coordinators may end the same one. */
export class Expediter {
  readonly #agenda: Agenda;
  readonly #expedite: (expedited: Expedited) => Promise<void>;
  readonly #onError: (error: Error) => void;

  constructor(agenda: Agenda, expedite: (expedited: Expedited) => Promise<void>, onError: (error: Error) => void) {
    this.#agenda = agenda;
    this.#expedite = expedite;
    this.#onError = onError;
  }

  /** Cheap when there are none. One that fails is taken again at the next call. */
  wake(): void {
    for (const expedited of this.#agenda.takeExpedited())
      this.#expedite(expedited).catch((error: Error) => {
        this.#agenda.expediteAgain(expedited);
        this.#onError(error);
      });
  }
}
