import type { GithubCommit, GithubItem, GithubRepository } from './repository.js';

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const user = { login: 'octocat', id: 1, type: 'User' };

export function repositoryBody(repository: GithubRepository, origin: string) {
  const { id, fullName, defaultBranch, hasIssues } = repository;
  const [owner, name] = fullName.split('/');
  return {
    ...{ id, name, full_name: fullName, private: repository.private, owner: { ...user, login: owner } },
    ...{ url: `${origin}/repos/${fullName}`, default_branch: defaultBranch, has_issues: hasIssues },
  };
}

export function issueBody(item: GithubItem, repository: GithubRepository, origin: string) {
  const { number, title } = item;
  const url = `${origin}/repos/${repository.fullName}/issues/${number}`;
  return {
    ...identity(item),
    ...{ number, title, url, state: 'open', user, labels: [], comments: 0, body: 'It does not work.' },
    ...times(item),
    ...(item.pullRequest && { pull_request: { url: url.replace('/issues/', '/pulls/'), merged_at: null } }),
  };
}

export function pullRequestBody(item: GithubItem, repository: GithubRepository, origin: string) {
  const { number, title } = item;
  return {
    ...identity(item),
    ...{ number, title, url: `${origin}/repos/${repository.fullName}/pulls/${number}`, state: 'open', user },
    ...times(item),
    ...{ merged_at: null, draft: false, head: { ref: 'fix' }, base: { ref: repository.defaultBranch } },
  };
}

const identity = ({ id }: GithubItem) => (id === null ? {} : { id, node_id: `I_${id}` });
const times = ({ createdAt, updatedAt }: GithubItem) => ({
  ...{ created_at: iso(createdAt), updated_at: iso(updatedAt), closed_at: null },
});

export function commitBody({ sha, parents, message, committedAt }: GithubCommit, origin: string) {
  const person = { name: 'Octo Cat', email: 'octocat@github.com', date: iso(committedAt) };
  return {
    ...(sha !== null && { sha, url: `${origin}/commits/${sha}` }),
    commit: { author: person, committer: person, message, comment_count: 0 },
    ...{ author: user, committer: user, parents: parents.map((parent) => ({ sha: parent })) },
  };
}
