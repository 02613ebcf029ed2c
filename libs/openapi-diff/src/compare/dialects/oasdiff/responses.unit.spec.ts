import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../index.js';
import { description, oasdiffReport } from '../../../testing/small.js';

const answering = (responses: JsonObject): JsonObject => description({ '/a': { get: { responses } } });
const withHeaders = (headers: JsonObject): JsonObject => answering({ 200: { description: 'ok', headers } });
const withContent = (type: string): JsonObject =>
  answering({ 200: { description: 'ok', content: { [type]: { schema: { type: 'string' } } } } });
const none = { description: 'none' };
const text = { schema: { type: 'string' } };

describe('responses as oasdiff sees them', () => {
  it('come and go by their codes', () => {
    expect(oasdiffReport(answering({ 200: none, 404: none }), answering({ 201: none, 500: none }))).toEqual([
      'ERR response-success-status-removed GET /a',
      'INFO response-non-success-status-added GET /a',
      'INFO response-non-success-status-removed GET /a',
      'INFO response-success-status-added GET /a',
    ]);
  });

  it('are nothing where they stand for many codes', () => {
    expect(oasdiffReport(answering({ 200: none, '2XX': none }), answering({ 200: none, '4XX': none }))).toEqual([]);
    expect(oasdiffReport(answering({ 200: none }), answering({ 200: none, default: none }))).toEqual([]);
  });

  it('have headers whose names are case-sensitive', () => {
    expect(oasdiffReport(withHeaders({ 'X-Total': text }), withHeaders({ 'x-total': text }))).toEqual([
      'INFO response-header-added GET /a',
      'WARN optional-response-header-removed GET /a',
    ]);
  });

  it('have headers whose schema may come and go', () => {
    expect(oasdiffReport(withHeaders({ total: {} }), withHeaders({ total: text }))).toEqual([]);
    expect(oasdiffReport(withHeaders({ total: text }), withHeaders({ total: {} }))).toEqual([]);
  });
});

describe('the media type of a response', () => {
  it.each([
    ['application/json', 'application/problem+json', 'INFO response-media-type-name-specialized GET /a'],
    ['application/problem+json', 'application/json', 'ERR response-media-type-name-generalized GET /a'],
    ['application/json', 'application/json; charset=utf-8', 'INFO response-media-type-name-changed GET /a'],
    [
      'application/json; charset=utf-8',
      'application/json; charset=UTF-8',
      'INFO response-media-type-name-changed GET /a',
    ],
    ['text/a; p=1; q=2', 'text/a;Q="2";P=1', 'INFO response-media-type-name-specialized GET /a'],
  ])('goes from %s to %s', (before, after, line) => {
    expect(oasdiffReport(withContent(before), withContent(after))).toEqual([line]);
  });

  it('that cannot be read is kin to no other', () => {
    expect(oasdiffReport(withContent('text/a; charset'), withContent('text/a'))).toEqual([
      'ERR response-media-type-removed GET /a',
      'INFO response-media-type-added GET /a',
    ]);
  });
});
