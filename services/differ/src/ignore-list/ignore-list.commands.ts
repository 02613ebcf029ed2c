import type { Command } from '@tidemark/event-store';
import type { IgnoreRuleAdded, IgnoreRuleRemoved } from './ignore-list.events.js';

export type AddIgnoreRule = Command<'AddIgnoreRule', IgnoreRuleAdded['data']>;
export type RemoveIgnoreRule = Command<'RemoveIgnoreRule', IgnoreRuleRemoved['data']>;
export type IgnoreListCommand = AddIgnoreRule | RemoveIgnoreRule;
