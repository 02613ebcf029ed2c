import { AuthExpired, ExternalError, RateLimited } from '@tidemark/resilience';
import type { CheckProblem, CheckResult } from '@tidemark/connector-sdk';
import type { GithubConfig } from './github.manifest.js';
import { type GithubClient, NO_LIST } from './repository-client.js';

const LISTS = ['issues', 'pulls', 'commits'] as const;
const PERMISSIONS = { issues: 'Issues', pulls: 'Pull requests', commits: 'Contents' } as const;

/** Requests every repository, and the first page of every list of the first one that exists. */
export async function checkGithub(
  github: GithubClient,
  config: GithubConfig,
  signal: AbortSignal,
): Promise<CheckResult> {
  const problems: CheckProblem[] = [];
  let tried = false;
  for (const [index, repository] of config.repositories.entries()) {
    const field = `repositories.${index}`;
    try {
      await github.get(`/repos/${repository}`, { signal });
      if (!tried) problems.push(...(await missingPermissions(github, repository, field, config.branch, signal)));
      tried = true;
    } catch (error) {
      signal.throwIfAborted();
      const problem = explain(error, repository, field);
      problems.push(problem);
      if (problem.field !== field) break; // Not specific to this repository: the others would fail the same way.
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const who = await login(github, signal);
  const count =
    config.repositories.length === 1 ? config.repositories[0]! : `${config.repositories.length} repositories`;
  return { ok: true, message: `${new URL(config.apiUrl).host}${who === null ? '' : ` as ${who}`}: ${count}` };
}

async function missingPermissions(
  github: GithubClient,
  repository: string,
  field: string,
  branch: string | undefined,
  signal: AbortSignal,
): Promise<CheckProblem[]> {
  const problems: CheckProblem[] = [];
  for (const list of LISTS) {
    const query = { per_page: 1, ...(list === 'commits' && { sha: branch }) };
    try {
      await github.get(`/repos/${repository}/${list}`, { query, signal, expect: NO_LIST });
    } catch (error) {
      if (!(error instanceof ExternalError)) throw error;
      if (error.status === 403 && !error.retryable) {
        const fix = `Give it the repository permission ${PERMISSIONS[list]}: read`;
        problems.push({
          field,
          code: error.code,
          message: `The token cannot read ${list} of ${repository}. ${fix}.`,
        });
      } else if (error.status === 404 && list === 'commits' && branch !== undefined) {
        problems.push({ field: 'branch', code: error.code, message: `${repository} has no branch ${branch}.` });
      } else throw error;
    }
  }
  return problems;
}

function explain(error: unknown, repository: string, field: string): CheckProblem {
  if (!(error instanceof ExternalError)) throw error;
  const { code, message, status } = error;
  if (error instanceof AuthExpired) {
    const fix = 'Create a new one under Settings, Developer settings, or connect the account again';
    return { code, message: `GitHub does not accept the token: it is wrong, expired or revoked. ${fix}.` };
  }
  if (error instanceof RateLimited) {
    const until = new Date(error.until).toISOString();
    return { code, message: `GitHub is rate-limiting requests until ${until}: ${message}` };
  }
  if (status === 404) {
    const fix = 'Check the name; for a private repository the token needs the scope repo, or must list the repository';
    return { field, code, message: `${repository} does not exist, or the token has no access to it. ${fix}.` };
  }
  // For example: the organisation requires single sign-on for the token.
  if (status === 403) return { field, code, message: `The token cannot read ${repository}: ${message}` };
  if (status === undefined) return { field: 'apiUrl', code, message: `GitHub cannot be reached there: ${message}` };
  return { code, message };
}

/** Null without a token, and for tokens that belong to no user. */
async function login(github: GithubClient, signal: AbortSignal): Promise<string | null> {
  const answer = await github.get('/user', { signal, expect: [401, 403, 404] }).catch(() => null);
  signal.throwIfAborted();
  if (answer?.status !== 200) return null;
  const { login: name } = answer.json<{ login?: unknown }>();
  return typeof name === 'string' ? name : null;
}
