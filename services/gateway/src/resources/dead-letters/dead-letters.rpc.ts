import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { fromBody, fromQuery } from '../../edge/validation/input.js';
import { DeadLettersQuery, SettleDeadLettersBody } from './dead-letters.dto.js';
import { DeadLetters } from './dead-letters.js';

/** A list that is not set arrives empty. */
const which = ({ ids, ...rest }: { readonly [name: string]: unknown }) =>
  fromBody(SettleDeadLettersBody, Array.isArray(ids) && ids.length > 0 ? { ...rest, ids } : rest);

export const deadLetterRpcs = rpcs('tidemark.v1.InstallationService', DeadLetters, (letters) => ({
  ListDeadLetters: unary('operate', (context, request) => letters.list(context, fromQuery(DeadLettersQuery, request))),
  GetDeadLetter: unary('operate', async (context, { id }) => ({ deadLetter: await letters.get(context, id) })),
  RedriveDeadLetters: unary('operate', (context, request) => letters.redrive(context, which(request))),
  DiscardDeadLetters: unary('operate', (context, request) => letters.discard(context, which(request))),
}));
