import type { Area } from '../change.js';
import { kept, ruleOfRow, type ApiRule, type Direction, type Override, type Row } from './rule.js';

interface Entry {
  readonly area: Area;
  readonly direction: Direction | undefined;
  readonly row: Row | readonly [Row, Override];
}

const table = <Id extends string>(
  area: Area,
  direction: Direction | undefined,
  rows: Record<Id, Row | readonly [Row, Override]>,
): Record<Id, Entry> => {
  const entries = Object.entries<Entry['row']>(rows).map(([id, row]) => [id, { area, direction, row }]);
  return Object.fromEntries(entries) as Record<Id, Entry>;
};

const breaking = (why: string): Override => ({ severity: 'breaking', why });

const GONE: Override = { severity: 'risky', why: 'callers that did not heed the deprecation do without it now' };

/** Everything but the inside of schemas. */
const ROWS = {
  ...table('info', undefined, {
    'api-version-not-bumped': 'notes INFO: the API changed but its version is still {after}',
    'api-version-decreased': 'notes INFO: the version of the API went down from {before} to {after}',
    'api-major-version-not-bumped':
      'notes INFO: the API changed in a breaking way, but the major version of {after} is that of {before}',
    'api-version-changed': 'notes own: the version of the API changed from {before} to {after}',
    'api-title-changed': 'notes own: the title of the API changed from {before} to {after}',
    'api-description-changed': 'notes own: the description of the API changed',
  }),
  ...table('paths', undefined, {
    'endpoint-added': 'widens INFO: {operation} was added',
    'api-removed-without-deprecation': 'narrows ERR: {operation} was removed without a prior deprecation',
    'api-removed-with-deprecation': ['narrows INFO: {operation} was removed after its deprecation', GONE],
    'api-removed-before-sunset': 'narrows ERR: {operation} was removed before its sunset date {before}',
    'api-path-removed-without-deprecation':
      'narrows ERR: {operation} was removed together with its path, without a prior deprecation',
    'api-path-removed-with-deprecation': [
      'narrows INFO: {operation} was removed together with its path after its deprecation',
      GONE,
    ],
    'api-path-removed-before-sunset':
      'narrows ERR: {operation} was removed together with its path before its sunset date {before}',
    'api-path-sunset-parse': 'notes ERR: the sunset date of {operation} cannot be read: {before}',
    'api-removed-after-sunset': ['narrows own: {operation} was removed after its sunset date {before}', GONE],
    'unstable-api-removed': 'notes own: {operation} was removed; its stability level was {before}',
    'endpoint-deprecated': 'notes INFO: {operation} was deprecated',
    'endpoint-deprecated-with-sunset': 'notes INFO: {operation} was deprecated, to be removed on {after}',
    'endpoint-reactivated': 'notes INFO: {operation} is no longer deprecated',
    'api-deprecated-sunset-missing': 'notes ERR: {operation} was deprecated without a sunset date',
    'api-deprecated-sunset-parse': 'notes ERR: {operation} was deprecated with an unreadable sunset date: {after}',
    'api-sunset-date-too-small': 'notes ERR: {operation} was deprecated with a sunset date too soon: {after}',
    'api-sunset-date-changed-too-small':
      'notes ERR: the sunset date of {operation} moved from {before} to {after}, which is too soon',
    'sunset-deleted': 'notes ERR: the sunset date {before} of {operation} was deleted',
    'api-invalid-stability-level': 'notes ERR: the stability level of {operation} is not one that is known: {after}',
    'api-stability-decreased': 'notes ERR: the stability level of {operation} went down from {before} to {after}',
    'api-stability-increased': 'notes INFO: the stability level of {operation} went up from {before} to {after}',
    'api-operation-id-added': 'notes INFO: {operation} got the id {after}',
    'api-operation-id-removed': 'notes INFO: the id of {operation} changed from {before} to {after}',
    'path-reference-changed': 'swaps own: the path {name} is described in another document: {before} became {after}',
    'operation-summary-changed': 'notes own: the summary of {operation} changed',
    'operation-description-changed': 'notes own: the description of {operation} changed',
    'path-parameter-renamed': 'notes own: the path parameter {before} is now called {after}',
  }),
  ...table('tags', undefined, {
    'api-tag-added': 'notes INFO: {operation} got the tag {after}',
    'api-tag-removed': 'notes INFO: {operation} lost the tag {before}',
  }),
  ...table('servers', undefined, {
    'server-added': 'widens own: the server {after} was added',
    'server-removed': 'narrows own: the server {before} was removed',
    'server-changed': 'notes own: the server {after} changed',
    'operation-server-added': 'widens own: {operation} is now also served at {after}',
    'operation-server-removed': 'narrows own: {operation} is no longer served at {before}',
    'operation-server-changed': 'notes own: the server {after} of {operation} changed',
  }),
  ...table('security', undefined, {
    'api-security-added': 'widens INFO: {operation} can now also be called with {after}',
    'api-security-removed': [
      'narrows INFO: {operation} can no longer be called with {before}',
      breaking('callers that authenticate in this way are refused'),
    ],
    'api-security-scope-added': [
      'narrows INFO: {operation} now requires the scope {after} of "{name}"',
      breaking('tokens without the new scope are refused'),
    ],
    'api-security-scope-removed': 'widens INFO: {operation} no longer requires the scope {before} of "{name}"',
    'api-global-security-added': 'widens INFO: the API can now also be called with {after}',
    'api-global-security-removed': [
      'narrows INFO: the API can no longer be called with {before}',
      breaking('callers that authenticate in this way are refused'),
    ],
    'api-global-security-scope-added': [
      'narrows INFO: the API now requires the scope {after} of "{name}"',
      breaking('tokens without the new scope are refused'),
    ],
    'api-global-security-scope-removed': 'widens INFO: the API no longer requires the scope {before} of "{name}"',
    'api-security-optional': 'widens own: {operation} can now be called without authentication',
    'api-security-not-optional': 'narrows own: {operation} can no longer be called without authentication',
    'api-global-security-optional': 'widens own: the API can now be called without authentication',
    'api-global-security-not-optional': 'narrows own: the API can no longer be called without authentication',
    'api-security-component-changed': 'narrows own: the security scheme "{name}" changed its {before}',
    'api-security-component-hint-changed': 'notes own: the security scheme "{name}" changed its {before}',
    'api-security-component-flow-added': 'widens own: the security scheme "{name}" got the flow {after}',
    'api-security-component-flow-removed': 'narrows own: the security scheme "{name}" lost the flow {before}',
    'api-security-component-added': 'notes INFO: the security scheme "{name}" was added',
    'api-security-component-removed': [
      'narrows INFO: the security scheme "{name}" was removed',
      breaking('callers that authenticate in this way can no longer do so'),
    ],
    'api-security-component-type-changed': [
      'swaps INFO: the security scheme "{name}" changed its type from {before} to {after}',
      breaking('callers must authenticate in another way'),
    ],
    'api-security-component-oauth-url-changed': [
      'swaps INFO: the authorization address of the security scheme "{name}" changed from {before} to {after}',
      breaking('callers request tokens at an address that has moved'),
    ],
    'api-security-component-oauth-token-url-changed': [
      'swaps INFO: the token address of the security scheme "{name}" changed from {before} to {after}',
      breaking('callers request tokens at an address that has moved'),
    ],
    'api-security-component-oauth-scope-added': 'widens INFO: the security scheme "{name}" got the scope {after}',
    'api-security-component-oauth-scope-removed': [
      'narrows INFO: the security scheme "{name}" lost the scope {before}',
      breaking('requesting a scope that does not exist fails'),
    ],
    'api-security-component-oauth-scope-changed':
      'notes INFO: the security scheme "{name}" describes a scope differently: {after}',
  }),
  ...table('components', undefined, {
    'api-schema-added': 'notes own: the schema "{name}" was added to the components',
    'api-schema-removed': 'notes INFO: the schema "{name}" was removed from the components',
  }),
  ...table('webhooks', undefined, {
    'webhook-added': 'widens INFO: the webhook "{name}" was added',
    'webhook-removed': 'narrows ERR: the webhook "{name}" was removed',
    'outgoing-operation-added': 'widens own: {name} was added',
    'outgoing-operation-removed': 'narrows own: {name} was removed',
    'outgoing-media-type-added': 'widens own: the body of {name} can also be {after}',
    'outgoing-media-type-removed': 'narrows own: the body of {name} can no longer be {before}',
    'outgoing-answer-added': 'notes own: the answer {after} to {name} was added',
    'outgoing-answer-removed': 'narrows own: the answer {before} to {name} was removed',
  }),
  ...table('parameters', 'request', {
    'new-request-path-parameter': 'narrows ERR: {name} was added',
    'new-required-request-parameter': 'narrows ERR: {name} was added and is required',
    'new-optional-request-parameter': 'widens INFO: {name} was added',
    'new-required-request-default-parameter-to-existing-path':
      'narrows ERR: {name} was added to all operations of the path and is required',
    'new-optional-request-default-parameter-to-existing-path':
      'widens INFO: {name} was added to all operations of the path',
    'request-parameter-removed': 'swaps WARN: {name} was removed',
    'request-parameter-removed-with-deprecation': ['swaps INFO: {name} was removed after its deprecation', GONE],
    'request-parameter-removed-after-sunset': ['swaps own: {name} was removed after its sunset date {before}', GONE],
    'request-parameter-removed-before-sunset': 'swaps ERR: {name} was removed before its sunset date {before}',
    'request-parameter-became-required': 'narrows ERR: {name} became required',
    'request-parameter-became-optional': 'widens INFO: {name} became optional',
    'request-parameter-deprecated': 'notes INFO: {name} was deprecated',
    'request-parameter-reactivated': 'notes INFO: {name} is no longer deprecated',
    'request-parameter-deprecated-sunset-missing': 'notes ERR: {name} was deprecated without a sunset date',
    'request-parameter-sunset-date-too-small': 'notes ERR: {name} was deprecated with a sunset date too soon: {after}',
    'request-parameter-sunset-date-changed-too-small':
      'notes ERR: the sunset date of {name} moved from {before} to {after}, which is too soon',
    'request-parameter-sunset-deleted': 'notes ERR: the sunset date {before} of {name} was deleted',
    'request-parameter-sunset-parse': 'notes ERR: the sunset date of {name} cannot be read: {after}',
    'request-parameter-serialization-changed': 'swaps own: {name} is serialized differently: {before} became {after}',
    'request-parameter-format-changed': [
      'swaps own: {name} is now written as {after} instead of {before}',
      breaking('what callers send today is read otherwise, or refused'),
    ],
    'request-parameter-empty-value-refused': 'narrows own: {name} may no longer be empty',
    'request-parameter-empty-value-allowed': 'widens own: {name} may now be empty',
    'request-parameter-description-changed': 'notes own: the description of {name} changed',
  }),
  ...table('requestBody', 'request', {
    'request-body-added-required': 'narrows ERR: a required request body was added',
    'request-body-added-optional': 'widens INFO: an optional request body was added',
    'request-body-removed': 'swaps ERR: the request body was removed',
    'request-body-became-required': 'narrows ERR: the request body became required',
    'request-body-became-optional': 'widens INFO: the request body became optional',
    'request-body-media-type-added': 'widens INFO: the request body can also be {after}',
    'request-body-media-type-removed': 'narrows ERR: the request body can no longer be {before}',
    'request-body-media-type-renamed': 'notes own: the request body changed its media type from {before} to {after}',
    'request-body-media-type-generalized': 'widens own: the request body can now be any {after}, not only {before}',
    'request-body-media-type-specialized': 'narrows own: the request body can only be {after} now, not any {before}',
    'request-body-media-type-changed': 'swaps own: the request body is now {after} instead of {before}',
    'request-body-encoding-changed': 'swaps own: {name} is written differently: {before} became {after}',
    'request-body-media-type-schema-added': 'narrows ERR: the request body {name} got a schema',
    'request-body-media-type-schema-removed': 'widens INFO: the request body {name} lost its schema',
    'request-body-description-changed': 'notes own: the description of the request body changed',
  }),
  ...table('responses', 'response', {
    'response-success-status-added': 'notes INFO: the success response {after} was added',
    'response-success-status-removed': 'swaps ERR: the success response {before} was removed',
    'response-non-success-status-added': 'notes INFO: the response {after} was added',
    'response-non-success-status-removed': 'notes INFO: the response {before} was removed',
    'response-default-added': 'notes own: the default response was added',
    'response-default-removed': 'notes own: the default response was removed',
    'response-media-type-added': 'narrows INFO: the response {name} can also be {after}',
    'response-media-type-removed': 'swaps ERR: the response {name} can no longer be {before}',
    'response-media-type-name-changed':
      'notes INFO: the response {name} changed its media type from {before} to {after}',
    'response-media-type-name-replaced': 'swaps own: the response {name} is now {after} instead of {before}',
    'response-media-type-name-generalized':
      'widens ERR: the response {name} changed its media type from {before} to the wider {after}',
    'response-media-type-name-specialized':
      'narrows INFO: the response {name} changed its media type from {before} to the narrower {after}',
    'response-body-media-type-schema-added': 'narrows INFO: the body of the response {name} got a schema',
    'response-body-media-type-schema-removed': 'widens WARN: the body of the response {name} lost its schema',
    'response-description-changed': 'notes own: the description of the response {name} changed',
  }),
  ...table('headers', 'response', {
    'response-header-added': 'narrows INFO: the response {name} got the header {after}',
    'required-response-header-removed': 'widens ERR: the response {name} lost the header {before}',
    'optional-response-header-removed': 'widens WARN: the response {name} lost the optional header {before}',
    'response-header-became-optional': 'widens ERR: the header {after} of the response {name} became optional',
    'response-header-became-required': 'narrows own: the header {after} of the response {name} became required',
  }),
  ...table('callbacks', undefined, {
    'callback-added': 'widens own: the callback {after} was added',
    'callback-removed': 'narrows own: the callback {before} was removed',
  }),
  ...table('links', 'response', {
    'response-link-added': 'notes own: the response {name} got the link {after}',
    'response-link-removed': 'notes own: the response {name} lost the link {before}',
    'response-link-changed': 'notes own: the link {after} of the response {name} changed',
  }),
} satisfies Record<string, Entry>;

export type ApiRuleId = keyof typeof ROWS;

export const API_RULE_IDS = Object.keys(ROWS) as readonly ApiRuleId[];

export const apiRule = kept((id: ApiRuleId): ApiRule => {
  const { area, direction, row } = ROWS[id];
  return { ...ruleOfRow(id, row, direction), area };
});
