import { describe, expect, it } from '@jest/globals';
import type { DriveFile } from './drive-file.js';
import { parseFields, select } from './partial-response.js';
import { parseQuery } from './search-query.js';

const file: DriveFile = {
  ...{ id: 'a', name: "it's", mimeType: 'text/plain', parents: ['p1'], trashed: false },
  ...{ createdTime: '2026-01-01T00:00:00.000Z', modifiedTime: '2026-02-01T00:00:00.000Z' },
};

describe('a search query', () => {
  it.each([
    ["name = 'it\\'s'", true],
    ["mimeType != 'text/plain'", false],
    ["'p1' in parents and trashed = false", true],
    ["'p2' in parents or (not trashed = true and modifiedTime > '2026-01-15T00:00:00Z')", true],
    ["createdTime >= '2026-01-01T00:00:00Z' and createdTime < '2026-01-01T00:00:00Z'", false],
    ["trashed = true and trashed = true or mimeType = 'text/plain'", true],
  ])('finds or leaves out: %s', (query, found) => {
    expect(parseQuery(query)?.(file)).toBe(found);
  });

  it.each(['name', "name = 'a", "colour = 'red'", "modifiedTime > 'soon'", "(name = 'a'", "name = 'a' name", '§'])(
    'is refused: %s',
    (query) => {
      expect(parseQuery(query)).toBeNull();
    },
  );
});

describe('the fields parameter', () => {
  const body = { kind: 'k', files: [{ id: 'a', owners: [{ name: 'n', mail: 'm' }], size: '1' }] };

  it.each([
    ['*', body],
    ['kind', { kind: 'k' }],
    ['kind, files(id,owners/mail)', { kind: 'k', files: [{ id: 'a', owners: [{ mail: 'm' }] }] }],
    ['files(owners(name))', { files: [{ owners: [{ name: 'n' }] }] }],
    ['files/size', { files: [{ size: '1' }] }],
  ])('selects %s', (fields, selected) => {
    expect(select(body, parseFields(fields)!)).toEqual(selected);
  });

  it.each(['', 'a(', 'a(b', 'a)', 'a,,b', '/a'])('is refused: %j', (fields) => {
    expect(parseFields(fields)).toBeNull();
  });
});
