import { GithubApi, type GithubRepository } from '@tidemark/test-kit/apis';
import type { SourceWorld } from '@tidemark/connector-sdk/testing';
import { OAuthWorld, type PassingErrors } from '../../testing/oauth-world.js';

const HOUR = 3_600_000;
const START = Date.parse('2024-03-01T00:00:00Z');

const errors: PassingErrors = {
  unavailable: () => ({ status: 503, body: { message: 'Unavailable' } }),
  throttled: (seconds) => ({ status: 429, headers: { 'retry-after': `${seconds}` }, body: { message: 'Too many' } }),
};

/** A small GitHub with two repositories, and a connection that may read both. */
export class GithubWorld extends OAuthWorld implements SourceWorld {
  readonly repositories: readonly GithubRepository[];
  #hours = 0;

  constructor(
    readonly api: GithubApi,
    private readonly kind: 'issues' | 'pull_requests',
    objects: number,
  ) {
    super(api, errors);
    this.repositories = ['octocat/hello-world', 'octocat/spoon-knife'].map((name) => api.addRepository(name));
    for (let made = 0; made < objects; made++) {
      const repository = this.repositories[made % 2]!;
      this.#add(repository, START + ++this.#hours * HOUR);
      // The other kind is in the list of issues too.
      if (made % 3 === 0) this.#add(repository, START + ++this.#hours * HOUR, this.#other);
    }
  }

  static async start(kind: 'issues' | 'pull_requests', objects: number): Promise<GithubWorld> {
    return new GithubWorld(await new GithubApi().listen(), kind, objects);
  }

  get connection() {
    return { config: this.config(), credential: this.token };
  }

  config(changes: object = {}) {
    const repositories = this.repositories.map(({ fullName }) => fullName);
    return { apiUrl: this.api.origin, repositories, ...changes };
  }

  ids(): string[] {
    const wanted = this.kind === 'pull_requests';
    const items = this.repositories.flatMap((repository) => repository.items);
    return items.filter(({ pullRequest, id }) => pullRequest === wanted && id !== null).map(({ id }) => String(id));
  }

  /** In the first repository: the look-back of the other one counts from a newest change of its own. */
  add(count: number): string[] {
    return Array.from({ length: count }, () => String(this.#add(this.repositories[0]!, Date.now()).id));
  }

  change(id: string): void {
    const owner = this.repositories.find(({ items }) => items.some((item) => String(item.id) === id));
    owner!.touch(Number(id));
  }

  addWithoutId(): void {
    const repository = this.repositories[0]!;
    const input = { at: START + 30 * 60_000, withoutId: true };
    if (this.kind === 'issues') repository.addIssue(input);
    else repository.addPullRequest(input);
  }

  gatewayTimeoutOver(records: number): void {
    this.api.slowAbove = records;
  }

  get #other(): 'issues' | 'pull_requests' {
    return this.kind === 'issues' ? 'pull_requests' : 'issues';
  }

  #add(repository: GithubRepository, at: number, kind = this.kind) {
    return kind === 'issues' ? repository.addIssue({ at }) : repository.addPullRequest({ at });
  }
}
