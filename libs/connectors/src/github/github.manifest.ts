import { z } from 'zod';
import { httpUrl, type Manifest, required } from '@tidemark/connector-sdk/manifest';

/** Milliseconds by which a read overlaps the previous one: GitHub's replicas show some changes late. */
export const LOOK_BACK_MS = 60_000;

const repository = z
  .string({ error: 'must be text such as octocat/hello-world' })
  .regex(/^[\w-]{1,64}\/(?!\.{1,2}$)[\w.-]{1,100}$/, 'must be an owner and a name, such as octocat/hello-world');

/** Config of a `github` connection. */
export const githubConfig = z.strictObject({
  repositories: z
    .array(repository, { error: required('must be a list of repositories') })
    .min(1, 'must name at least one repository')
    .max(100, 'must name at most 100 repositories')
    .refine((all) => new Set(all.map((name) => name.toLowerCase())).size === all.length, 'must name each one once')
    .describe('Repositories to read, each as owner/name'),
  apiUrl: httpUrl
    .describe('Base URL of the API; for GitHub Enterprise Server https://HOST/api/v3')
    .default('https://api.github.com'),
  branch: z
    .string({ error: 'must be text' })
    .regex(/^[^\s~^:?*[\\]{1,255}$/, 'must be the name of a branch')
    .describe('Branch to read commits of; default: the default branch of each repository')
    .optional(),
});

export type GithubConfig = z.infer<typeof githubConfig>;

export const manifest: Manifest<GithubConfig> = {
  name: 'github',
  title: 'GitHub',
  description: 'Reads issues, pull requests and commits of repositories on GitHub or GitHub Enterprise Server.',
  config: githubConfig,
  auth: ['none', 'bearer', 'oauth2-authorization-code'],
  credentialOrigin: ({ apiUrl }) => apiUrl,
  source: {
    objects: [
      { name: 'issues', title: 'Issues', incremental: true, deletions: false, lookBackMs: LOOK_BACK_MS },
      { name: 'pull_requests', title: 'Pull requests', incremental: true, deletions: false, lookBackMs: LOOK_BACK_MS },
      { name: 'commits', title: 'Commits of a branch', incremental: true, deletions: false },
    ],
    modes: ['full', 'incremental', 'backfill'],
    pageSize: { min: 1, initial: 100, max: 100 },
    // Well below the secondary limits: 900 points a minute and endpoint, 100 calls at once.
    limits: { requestsPerSecond: 12, burst: 60, inFlight: 4 },
  },
  webhook: () => ({ scheme: 'github' }),
  pipelines: ['integration'],
};
