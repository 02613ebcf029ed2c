import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk';
import { placeOf } from './cursor.js';
import { searchQuery } from './drive-files.js';
import { googleDriveConfig, manifest } from './google-drive.manifest.js';

const problems = (config: object) => configProblems(manifest, config).map(({ field }) => field);

describe('the config of google-drive', () => {
  it('may be empty', () => {
    expect(problems({})).toEqual([]);
  });

  it('names every invalid field', () => {
    const config = {
      driveId: "a' or 'b",
      folder: '',
      mimeTypes: [],
      fields: ['name)', 'size'],
      baseUrl: 'x',
      secret: 1,
    };
    expect(problems(config).sort()).toEqual(['baseUrl', 'driveId', 'fields.0', 'folder', 'mimeTypes', 'secret']);
  });
});

describe('the search for files', () => {
  const search = (config: object, span = {}) => searchQuery(googleDriveConfig.parse(config), span);

  it('excludes the trash', () => {
    expect(search({})).toBe('trashed = false');
  });

  it('filters by media types, a folder and a time', () => {
    const config = { mimeTypes: ['text/plain', 'image/png'], folder: 'f1' };
    expect(search(config, { since: '2026-01-01T00:00:00Z' })).toBe(
      "trashed = false and (mimeType = 'text/plain' or mimeType = 'image/png') and 'f1' in parents" +
        " and (modifiedTime >= '2026-01-01T00:00:00Z' or createdTime >= '2026-01-01T00:00:00Z')",
    );
  });

  it('filters by a window with an exclusive end', () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    expect(search({}, { window })).toBe(
      "trashed = false and ((modifiedTime >= '2026-01-01T00:00:00Z' and modifiedTime < '2026-02-01T00:00:00Z')" +
        " or (createdTime >= '2026-01-01T00:00:00Z' and createdTime < '2026-02-01T00:00:00Z'))",
    );
  });
});

describe('a cursor of google-drive', () => {
  it('is refused when it comes from another connector', () => {
    expect(() => placeOf({ page: 3 })).toThrow(expect.objectContaining({ code: 'SOURCE_CURSOR_EXPIRED' }));
  });
});
