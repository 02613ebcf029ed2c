import type { Command } from '@tidemark/event-store';
import type { ApiKeyCreated } from './api-key.events.js';

export type CreateApiKey = Command<'CreateApiKey', ApiKeyCreated['data']>;
export type RevokeApiKey = Command<'RevokeApiKey'>;
export type ApiKeyCommand = CreateApiKey | RevokeApiKey;
