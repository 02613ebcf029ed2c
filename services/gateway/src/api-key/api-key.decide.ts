import { TidemarkError } from '@tidemark/contracts';
import type { Decider } from '@tidemark/event-store';
import type { ApiKeyCommand } from './api-key.commands.js';
import type { ApiKeyEvent } from './api-key.events.js';
import { absentApiKey, evolveApiKey, type ApiKeyState } from './api-key.js';

export const apiKeyDecider: Decider<ApiKeyState, ApiKeyCommand, ApiKeyEvent> = {
  initialState: () => absentApiKey,
  evolve: evolveApiKey,
  decide: decideApiKey,
};

/** Creating an active key again, or revoking a revoked one, changes nothing. @throws TidemarkError CONFLICT · NOT_FOUND */
export function decideApiKey({ type, data }: ApiKeyCommand, state: ApiKeyState): ApiKeyEvent[] {
  switch (type) {
    case 'CreateApiKey':
      if (state.status === 'revoked')
        throw new TidemarkError('CONFLICT', 'this key was revoked: choose a different one');
      return state.status === 'active' ? [] : [{ type: 'ApiKeyCreated', data }];
    case 'RevokeApiKey':
      if (state.status === 'absent') throw new TidemarkError('NOT_FOUND', 'no such key');
      return state.status === 'revoked' ? [] : [{ type: 'ApiKeyRevoked', data: { keyId: state.keyId, at: data.at } }];
  }
}
