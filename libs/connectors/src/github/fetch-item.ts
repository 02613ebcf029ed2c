import type { Fetched, JsonObject } from '@tidemark/connector-sdk';
import { Retryable } from '@tidemark/resilience';
import { toRecords } from './items.js';
import type { GithubClient } from './repository-client.js';

const nothing: Fetched = { records: [], problems: [] };
const paths: Readonly<Record<string, string>> = { issues: 'issues', pull_requests: 'pulls' };

/** Not there, or no longer: deleted, moved to another repository, hidden. */
const GONE = [301, 404, 410, 451];

/**
 * An issue or a pull request, as `octocat/hello-world#5`; nothing when it is in none of the connection's repositories, or
 * gone. Commits are not fetched. @throws ExternalError
 */
export async function fetchItem(
  client: GithubClient,
  repositories: readonly string[],
  object: string,
  id: string,
  signal: AbortSignal,
): Promise<Fetched> {
  const [, name, number] = /^([^#]+)#(\d{1,12})$/.exec(id) ?? [];
  const repository = repositories.find((one) => one.toLowerCase() === name?.toLowerCase());
  const path = Object.hasOwn(paths, object) ? paths[object] : undefined;
  if (repository === undefined || path === undefined) return nothing;
  const answer = await client.get(`/repos/${repository}/${path}/${number}`, { signal, expect: GONE });
  if (answer.status !== 200) return nothing;
  const item = answer.json<JsonObject>();
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw new Retryable('SOURCE_INVALID_RESPONSE', 'GitHub returned unexpected JSON', { status: answer.status });
  // Pull requests are issues to GitHub.
  if (object === 'issues' && 'pull_request' in item) return nothing;
  return toRecords(object, repository, [item]);
}
