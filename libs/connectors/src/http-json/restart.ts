import { Terminal } from '@tidemark/resilience';
import type { RecordProblem } from '@tidemark/connector-sdk';
import type { ApiObject, TokenRefused } from './api-object.js';
import type { Place, ReadState } from './cursor.js';

const BEGINNING = 'beginning';

/**
 * The state from which a read goes on whose page token is refused: from the last safe point, which is the last time reached
 * where records come in order, else the beginning of the parent's children, or of the read.
 * @throws Terminal `SOURCE_CURSOR_EXPIRED` when it has restarted from there before
 */
export function restarted(state: ReadState, { config }: ApiObject, refused: TokenRefused): ReadState {
  const { page = null, parents } = state.at ?? {};
  const within = page !== null && parents?.id ? `${config.parent!.object} ${parents.id}` : undefined;
  const point = within ?? (config.parent ? undefined : state.reached) ?? BEGINNING;
  if (point === state.restarted) {
    const message = `${config.name}: the API refuses the token of a page again, after the read restarted from ${shown(point)}: ${refused.message}`;
    throw new Terminal('SOURCE_CURSOR_EXPIRED', message);
  }
  const at: Place = within !== undefined && parents ? { page: null, parents } : { page: null };
  return { ...state, restarted: point, at: at as ReadState['at'] };
}

/** Says so in the next page. */
export const problemOfRestart = (
  { restarted: point = BEGINNING }: ReadState,
  { config }: ApiObject,
  { message }: TokenRefused,
): RecordProblem => ({
  objectType: config.name,
  code: 'READ_RESTARTED',
  message: `the API refused the token of a page: the read restarted from ${shown(point)}, and some records come again (${message})`,
});

const shown = (point: string) => (point === BEGINNING ? 'its beginning' : point);
