import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk';
import { githubConfig, manifest } from './github.manifest.js';

describe('the config of github', () => {
  it('needs only repositories, and reads github.com', () => {
    expect(githubConfig.parse({ repositories: ['octocat/hello.world'] })).toEqual({
      repositories: ['octocat/hello.world'],
      apiUrl: 'https://api.github.com',
    });
  });

  const refused: readonly (readonly [config: object, field: string, message: RegExp])[] = [
    [{}, 'repositories', /is required/],
    [{ repositories: [] }, 'repositories', /at least one/],
    [{ repositories: ['hello-world'] }, 'repositories.0', /an owner and a name/],
    [{ repositories: ['https://github.com/octocat/hello-world'] }, 'repositories.0', /an owner and a name/],
    [{ repositories: ['octocat/../../user'] }, 'repositories.0', /an owner and a name/],
    [{ repositories: ['octocat/..'] }, 'repositories.0', /an owner and a name/],
    [{ repositories: ['a/b', 'A/B'] }, 'repositories', /once/],
    [{ repositories: ['a/b'], apiUrl: 'ftp://github.example.com' }, 'apiUrl', /http or https/],
    [{ repositories: ['a/b'], branch: 'a b' }, 'branch', /name of a branch/],
    [{ repositories: ['a/b'], token: 'x' }, 'token', /is not known/],
  ];
  for (const [config, field, message] of refused)
    it(`refuses ${JSON.stringify(config)}`, () => {
      expect(configProblems(manifest, config)).toEqual([{ field, message: expect.stringMatching(message) }]);
    });
});
