import type { Area } from '../compare/change.js';
import type { Effect } from './schema-rules.js';

/** A rule about anything but the inside of a schema. `{name}`, `{before}`, `{after}` and `{operation}` are filled in. */
export interface ApiRule {
  readonly area: Area;
  readonly effect: Effect;
  readonly direction?: 'request' | 'response';
  readonly says: string;
}

const table = <Id extends string>(
  area: Area,
  direction: 'request' | 'response' | undefined,
  rows: Record<Id, [Effect, string]>,
): Record<Id, ApiRule> => {
  const entries = Object.entries<[Effect, string]>(rows).map(([id, [effect, says]]) => [
    id,
    { area, effect, ...(direction === undefined ? {} : { direction }), says },
  ]);
  return Object.fromEntries(entries) as Record<Id, ApiRule>;
};

export const API_RULES = {
  ...table('info', undefined, {
    'api-version-not-bumped': ['notes', 'the API changed but its version is still {after}'],
    'api-version-decreased': ['notes', 'the version of the API went down from {before} to {after}'],
    'api-major-version-not-bumped': [
      'notes',
      'the API changed in a breaking way, but the major version of {after} is that of {before}',
    ],
    'api-version-changed': ['notes', 'the version of the API changed from {before} to {after}'],
    'api-title-changed': ['notes', 'the title of the API changed from {before} to {after}'],
    'api-description-changed': ['notes', 'the description of the API changed'],
  }),
  ...table('paths', undefined, {
    'endpoint-added': ['widens', '{operation} was added'],
    'api-removed-without-deprecation': ['narrows', '{operation} was removed without having been deprecated'],
    'api-removed-with-deprecation': ['narrows', '{operation} was removed after its deprecation'],
    'api-removed-before-sunset': ['narrows', '{operation} was removed before its sunset date {before}'],
    'api-path-removed-without-deprecation': [
      'narrows',
      '{operation} was removed with its whole path, without having been deprecated',
    ],
    'api-path-removed-with-deprecation': [
      'narrows',
      '{operation} was removed with its whole path after its deprecation',
    ],
    'api-path-removed-before-sunset': [
      'narrows',
      '{operation} was removed with its whole path before its sunset date {before}',
    ],
    'api-path-sunset-parse': ['notes', 'the sunset date of {operation} cannot be read: {before}'],
    'api-removed-after-sunset': ['notes', '{operation} was removed after its sunset date {before}'],
    'unstable-api-removed': ['notes', '{operation} was removed; its stability level was {before}'],
    'endpoint-deprecated': ['notes', '{operation} was deprecated'],
    'endpoint-deprecated-with-sunset': ['notes', '{operation} was deprecated, to be removed on {after}'],
    'endpoint-reactivated': ['notes', '{operation} is no longer deprecated'],
    'api-deprecated-sunset-missing': ['notes', '{operation} was deprecated without a sunset date'],
    'api-deprecated-sunset-parse': ['notes', '{operation} was deprecated with an unreadable sunset date: {after}'],
    'api-sunset-date-too-small': ['notes', '{operation} was deprecated with a sunset date too soon: {after}'],
    'api-sunset-date-changed-too-small': [
      'notes',
      'the sunset date of {operation} moved from {before} to {after}, which is too soon',
    ],
    'sunset-deleted': ['notes', 'the sunset date {before} of {operation} was deleted'],
    'api-invalid-stability-level': ['notes', 'the stability level of {operation} is not one that is known: {after}'],
    'api-stability-decreased': ['notes', 'the stability level of {operation} went down from {before} to {after}'],
    'api-stability-increased': ['notes', 'the stability level of {operation} went up from {before} to {after}'],
    'api-operation-id-added': ['notes', '{operation} got the id {after}'],
    'api-operation-id-removed': ['notes', 'the id of {operation} changed from {before} to {after}'],
    'path-reference-changed': ['swaps', 'the path {name} is described in another document: {before} became {after}'],
    'operation-summary-changed': ['notes', 'the summary of {operation} changed'],
    'operation-description-changed': ['notes', 'the description of {operation} changed'],
    'path-parameter-renamed': ['notes', 'the path parameter {before} is now called {after}'],
  }),
  ...table('tags', undefined, {
    'api-tag-added': ['notes', '{operation} got the tag {after}'],
    'api-tag-removed': ['notes', '{operation} lost the tag {before}'],
  }),
  ...table('servers', undefined, {
    'server-added': ['widens', 'the server {after} was added'],
    'server-removed': ['narrows', 'the server {before} was removed'],
    'server-changed': ['notes', 'the server {after} changed'],
  }),
  ...table('security', undefined, {
    'api-security-added': ['narrows', 'the sign-in {after} was added to {operation}'],
    'api-security-removed': ['narrows', 'the sign-in {before} was removed from {operation}'],
    'api-security-scope-added': ['narrows', '{operation} now asks for the scope {after} of "{name}"'],
    'api-security-scope-removed': ['widens', '{operation} no longer asks for the scope {before} of "{name}"'],
    'api-global-security-added': ['narrows', 'the sign-in {after} was added to the API'],
    'api-global-security-removed': ['narrows', 'the sign-in {before} was removed from the API'],
    'api-global-security-scope-added': ['narrows', 'the API now asks for the scope {after} of "{name}"'],
    'api-global-security-scope-removed': ['widens', 'the API no longer asks for the scope {before} of "{name}"'],
    'api-security-optional': ['widens', '{operation} can now be called without signing in'],
    'api-security-not-optional': ['narrows', '{operation} can no longer be called without signing in'],
    'api-global-security-optional': ['widens', 'the API can now be called without signing in'],
    'api-global-security-not-optional': ['narrows', 'the API can no longer be called without signing in'],
    'api-security-component-changed': ['narrows', 'the sign-in scheme "{name}" has another "{before}"'],
    'api-security-component-flow-added': ['widens', 'the sign-in scheme "{name}" got the flow {after}'],
    'api-security-component-flow-removed': ['narrows', 'the sign-in scheme "{name}" lost the flow {before}'],
    'api-security-component-added': ['notes', 'the sign-in scheme "{name}" was added'],
    'api-security-component-removed': ['narrows', 'the sign-in scheme "{name}" was removed'],
    'api-security-component-type-changed': [
      'swaps',
      'the sign-in scheme "{name}" changed its type from {before} to {after}',
    ],
    'api-security-component-oauth-url-changed': [
      'swaps',
      'the authorization address of the sign-in scheme "{name}" changed from {before} to {after}',
    ],
    'api-security-component-oauth-token-url-changed': [
      'swaps',
      'the token address of the sign-in scheme "{name}" changed from {before} to {after}',
    ],
    'api-security-component-oauth-scope-added': ['widens', 'the sign-in scheme "{name}" got the scope {after}'],
    'api-security-component-oauth-scope-removed': ['narrows', 'the sign-in scheme "{name}" lost the scope {before}'],
    'api-security-component-oauth-scope-changed': [
      'notes',
      'the sign-in scheme "{name}" describes a scope differently: {after}',
    ],
  }),
  ...table('components', undefined, {
    'api-schema-added': ['notes', 'the schema "{name}" was added to the components'],
    'api-schema-removed': ['notes', 'the schema "{name}" was removed from the components'],
  }),
  ...table('webhooks', undefined, {
    'webhook-added': ['widens', 'the webhook "{name}" was added'],
    'webhook-removed': ['narrows', 'the webhook "{name}" was removed'],
    'outgoing-operation-added': ['widens', '{name} was added'],
    'outgoing-operation-removed': ['narrows', '{name} was removed'],
    'outgoing-media-type-added': ['widens', 'the body of {name} can also be {after}'],
    'outgoing-media-type-removed': ['narrows', 'the body of {name} can no longer be {before}'],
    'outgoing-answer-added': ['notes', 'the answer {after} to {name} was added'],
    'outgoing-answer-removed': ['narrows', 'the answer {before} to {name} was removed'],
  }),
  ...table('parameters', 'request', {
    'new-request-path-parameter': ['narrows', '{name} was added'],
    'new-required-request-parameter': ['narrows', '{name} was added and is required'],
    'new-optional-request-parameter': ['widens', '{name} was added'],
    'new-required-request-default-parameter-to-existing-path': [
      'narrows',
      '{name} was added to all operations of the path and is required',
    ],
    'new-optional-request-default-parameter-to-existing-path': [
      'widens',
      '{name} was added to all operations of the path',
    ],
    'new-required-request-header-property': ['narrows', '{name} got a required property {after}'],
    'request-header-property-became-required': ['narrows', '{name}: its property {after} became required'],
    'request-header-property-became-enum': ['narrows', '{name} is now limited to listed values'],
    'request-parameter-removed': ['swaps', '{name} was removed'],
    'request-parameter-removed-with-deprecation': ['swaps', '{name} was removed after its deprecation'],
    'request-parameter-removed-after-sunset': ['notes', '{name} was removed after its sunset date {before}'],
    'request-parameter-removed-before-sunset': ['swaps', '{name} was removed before its sunset date {before}'],
    'request-parameter-became-required': ['narrows', '{name} became required'],
    'request-parameter-became-optional': ['widens', '{name} became optional'],
    'request-parameter-deprecated': ['notes', '{name} was deprecated'],
    'request-parameter-reactivated': ['notes', '{name} is no longer deprecated'],
    'request-parameter-deprecated-sunset-missing': ['notes', '{name} was deprecated without a sunset date'],
    'request-parameter-sunset-date-too-small': ['notes', '{name} was deprecated with a sunset date too soon: {after}'],
    'request-parameter-sunset-date-changed-too-small': [
      'notes',
      'the sunset date of {name} moved from {before} to {after}, which is too soon',
    ],
    'request-parameter-sunset-deleted': ['notes', 'the sunset date {before} of {name} was deleted'],
    'request-parameter-sunset-parse': ['notes', 'the sunset date of {name} cannot be read: {after}'],
    'request-parameter-serialization-changed': ['swaps', '{name} is written differently: {before} became {after}'],
    'request-parameter-description-changed': ['notes', 'the description of {name} changed'],
  }),
  ...table('requestBody', 'request', {
    'request-body-added-required': ['narrows', 'a required request body was added'],
    'request-body-added-optional': ['widens', 'an optional request body was added'],
    'request-body-removed': ['swaps', 'the request body was removed'],
    'request-body-became-required': ['narrows', 'the request body became required'],
    'request-body-became-optional': ['widens', 'the request body became optional'],
    'request-body-media-type-added': ['widens', 'the request body can also be {after}'],
    'request-body-media-type-removed': ['narrows', 'the request body can no longer be {before}'],
    'request-body-media-type-renamed': ['notes', 'the request body changed its media type from {before} to {after}'],
    'request-body-media-type-schema-added': ['narrows', 'the request body {name} got a schema'],
    'request-body-media-type-schema-removed': ['widens', 'the request body {name} lost its schema'],
    'request-body-description-changed': ['notes', 'the description of the request body changed'],
  }),
  ...table('responses', 'response', {
    'response-success-status-added': ['notes', 'the success response {after} was added'],
    'response-success-status-removed': ['swaps', 'the success response {before} was removed'],
    'response-non-success-status-added': ['notes', 'the response {after} was added'],
    'response-non-success-status-removed': ['notes', 'the response {before} was removed'],
    'response-default-added': ['notes', 'the default response was added'],
    'response-default-removed': ['notes', 'the default response was removed'],
    'response-media-type-added': ['narrows', 'the response {name} can also be {after}'],
    'response-media-type-removed': ['swaps', 'the response {name} can no longer be {before}'],
    'response-media-type-name-changed': [
      'notes',
      'the response {name} changed its media type from {before} to {after}',
    ],
    'response-media-type-name-generalized': [
      'widens',
      'the response {name} changed its media type from {before} to the wider {after}',
    ],
    'response-media-type-name-specialized': [
      'narrows',
      'the response {name} changed its media type from {before} to the narrower {after}',
    ],
    'response-body-media-type-schema-added': ['narrows', 'the body of the response {name} got a schema'],
    'response-body-media-type-schema-removed': ['widens', 'the body of the response {name} lost its schema'],
    'response-description-changed': ['notes', 'the description of the response {name} changed'],
  }),
  ...table('headers', 'response', {
    'response-header-added': ['narrows', 'the response {name} got the header {after}'],
    'required-response-header-removed': ['widens', 'the response {name} lost the header {before}'],
    'optional-response-header-removed': ['widens', 'the response {name} lost the optional header {before}'],
    'response-header-became-optional': ['widens', 'the header {after} of the response {name} became optional'],
    'response-header-became-required': ['narrows', 'the header {after} of the response {name} became required'],
  }),
  ...table('callbacks', undefined, {
    'callback-added': ['widens', 'the callback {after} was added'],
    'callback-removed': ['narrows', 'the callback {before} was removed'],
  }),
  ...table('links', 'response', {
    'response-link-added': ['notes', 'the response {name} got the link {after}'],
    'response-link-removed': ['notes', 'the response {name} lost the link {before}'],
    'response-link-changed': ['notes', 'the link {after} of the response {name} changed'],
  }),
};

export type ApiRuleId = keyof typeof API_RULES;
