import { describe, expect, it } from '@jest/globals';
import { changesBetween, edited, rulesOf } from '../testing/api.js';

type Edit = (document: any) => void;

const add = (document: any) => document.paths['/pets'].post;
const nothing: Edit = () => undefined;

describe('security', () => {
  it.each<[string, Edit, Edit, string[]]>([
    ['an operation needs none any more', nothing, (d) => (add(d).security = []), ['safe api-security-optional']],
    ['an operation needs one again', (d) => (add(d).security = []), nothing, ['breaking api-security-not-optional']],
    [
      'an operation may also be called without',
      nothing,
      (d) => add(d).security.push({}),
      ['safe api-security-optional'],
    ],
    [
      'an operation says what the API says',
      (d) => (add(d).security = [{ key: [] }]),
      (d) => delete add(d).security,
      [],
    ],
    [
      'an operation falls back to the API',
      nothing,
      (d) => delete add(d).security,
      ['breaking api-security-removed', 'safe api-security-added'],
    ],
    ['the API needs none any more', nothing, (d) => delete d.security, ['safe api-global-security-optional']],
    [
      'requirements in another order',
      (d) => (d.security = [{ key: [] }, { oauth: ['read', 'write'] }]),
      (d) => (d.security = [{ oauth: ['write', 'read'] }, { key: [] }]),
      [],
    ],
    [
      'one scope or another, in another order',
      (d) => (add(d).security = [{ oauth: ['read'] }, { oauth: ['write'] }]),
      (d) => (add(d).security = [{ oauth: ['write'] }, { oauth: ['read'] }]),
      [],
    ],
    [
      'one scope, then one or another',
      (d) => (add(d).security = [{ oauth: ['read'] }]),
      (d) => (add(d).security = [{ oauth: ['write'] }, { oauth: ['read'] }]),
      ['safe api-security-added'],
    ],
    [
      'one scope, then another',
      (d) => (add(d).security = [{ oauth: ['read'] }, { key: [] }]),
      (d) => (add(d).security = [{ key: [] }, { oauth: ['write'] }]),
      ['breaking api-security-scope-added', 'safe api-security-scope-removed'],
    ],
    [
      'one scope or another, then both or a third',
      (d) => (d.security = [{ oauth: ['read'] }, { oauth: ['write'] }]),
      (d) => (d.security = [{ oauth: ['admin'] }, { oauth: ['read', 'write'] }]),
      ['breaking api-global-security-scope-added', 'breaking api-global-security-scope-added'],
    ],
    [
      'a requirement is repeated',
      (d) => (d.security = [{ key: [] }, { oauth: ['read', 'write'] }]),
      (d) => (d.security = [{ oauth: ['write', 'read'] }, { key: [] }, { key: [] }, { oauth: ['read', 'write'] }]),
      [],
    ],
    [
      'a key goes elsewhere',
      nothing,
      (d) => (d.components.securitySchemes.key.name = 'x-other'),
      ['breaking api-security-component-changed'],
    ],
    [
      'a scheme has another name',
      nothing,
      (d) => {
        d.components.securitySchemes = {
          token: d.components.securitySchemes.key,
          oauth: d.components.securitySchemes.oauth,
        };
        d.security = [{ token: [] }];
      },
      [],
    ],
    [
      'two credentials, then one of them',
      (d) => (add(d).security = [{ key: [], oauth: ['read', 'write'] }]),
      (d) => (add(d).security = [{ oauth: ['read'] }]),
      ['safe api-security-added'],
    ],
    [
      'one credential, then it and another',
      (d) => (add(d).security = [{ oauth: ['read'] }]),
      (d) => (add(d).security = [{ key: [], oauth: ['read'] }]),
      ['breaking api-security-removed'],
    ],
    [
      'an alternative that demands more than another',
      (d) => (add(d).security = [{ key: [] }]),
      (d) => (add(d).security = [{ key: [] }, { key: [], oauth: [] }]),
      [],
    ],
    [
      'a flow is new',
      nothing,
      (d) => (d.components.securitySchemes.oauth.flows.password = { tokenUrl: 'x', scopes: {} }),
      ['safe api-security-component-flow-added'],
    ],
    [
      'an address moved',
      nothing,
      (d) => (d.components.securitySchemes.oauth.flows.implicit.authorizationUrl = 'https://b.example'),
      ['breaking api-security-component-oauth-url-changed'],
    ],
    [
      'a scope is new',
      nothing,
      (d) => (d.components.securitySchemes.oauth.flows.implicit.scopes.admin = 'a'),
      ['safe api-security-component-oauth-scope-added'],
    ],
  ])('%s', (_, before, after, rules) => {
    expect(rulesOf(changesBetween(edited(before), edited(after)))).toEqual(rules);
  });

  it('is named with its scopes', () => {
    const [change] = changesBetween(
      edited((d) => (add(d).security = [{ oauth: ['read'] }])),
      edited((d) => (add(d).security = [{ oauth: ['read'] }, { key: [], oauth: ['write', 'admin'] }])),
    );
    expect(change?.message).toBe('POST /pets can now also be called with "key AND oauth (admin, write)".');
  });

  it('is judged as in oasdiff when asked to', () => {
    const changes = changesBetween(
      edited(nothing),
      edited((d) => add(d).security.push({})),
      { levels: 'oasdiff' },
    );
    expect(changes).toEqual([]);
  });
});
