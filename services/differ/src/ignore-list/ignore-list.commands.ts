import type { IgnoreRuleAdded, IgnoreRuleRemoved } from './ignore-list.events.js';

export type AddIgnoreRule = { readonly type: 'AddIgnoreRule'; readonly data: IgnoreRuleAdded['data'] };
export type RemoveIgnoreRule = { readonly type: 'RemoveIgnoreRule'; readonly data: IgnoreRuleRemoved['data'] };
export type IgnoreListCommand = AddIgnoreRule | RemoveIgnoreRule;
