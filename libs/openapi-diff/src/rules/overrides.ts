import type { Severity } from '../compare/change.js';

/** Where our severity is not the one that follows from oasdiff's level, and why. */
export const OVERRIDES: Record<string, { severity: Severity; reason: string }> = {
  'api-security-added': { severity: 'breaking', reason: 'callers without the new credentials are refused' },
  'api-security-removed': {
    severity: 'breaking',
    reason: 'callers that sign in this way are refused, unless no sign-in is needed at all',
  },
  'api-security-scope-added': { severity: 'breaking', reason: 'tokens without the new scope are refused' },
  'api-global-security-added': { severity: 'breaking', reason: 'callers without the new credentials are refused' },
  'api-global-security-removed': {
    severity: 'breaking',
    reason: 'callers that sign in this way are refused, unless no sign-in is needed at all',
  },
  'api-global-security-scope-added': { severity: 'breaking', reason: 'tokens without the new scope are refused' },
  'api-security-component-removed': {
    severity: 'breaking',
    reason: 'callers that sign in this way can no longer do so',
  },
  'api-security-component-type-changed': { severity: 'breaking', reason: 'callers must sign in in another way' },
  'api-security-component-oauth-url-changed': {
    severity: 'breaking',
    reason: 'callers ask for tokens at an address that has moved',
  },
  'api-security-component-oauth-token-url-changed': {
    severity: 'breaking',
    reason: 'callers ask for tokens at an address that has moved',
  },
  'api-security-component-oauth-scope-removed': {
    severity: 'breaking',
    reason: 'asking for a scope that does not exist fails',
  },
  'request-property-removed': {
    severity: 'risky',
    reason: 'a server mostly ignores a property it does not know, but what it did is gone',
  },
};
