import { createHash } from 'node:crypto';

/** An issue, or the issue side of a pull request. `id` null: an object that lacks its id. */
export interface GithubItem {
  readonly id: number | null;
  readonly number: number;
  title: string;
  readonly pullRequest: boolean;
  /** Milliseconds since 1970; GitHub shows whole seconds. */
  readonly createdAt: number;
  updatedAt: number;
}

export interface GithubCommit {
  readonly sha: string | null;
  readonly parents: readonly string[];
  readonly message: string;
  readonly committedAt: number;
}

export interface ItemInput {
  /** Milliseconds since 1970; default now. Its last update too. */
  readonly at?: number;
  readonly title?: string;
  readonly withoutId?: boolean;
}

/** One repository: the actions of its owner, and the data for lists. */
export class GithubRepository {
  readonly items: GithubItem[] = [];
  readonly branches = new Map<string, string>();
  defaultBranch = 'main';
  hasIssues = true;
  /** Whether a token is needed to see it. */
  private = false;
  readonly #commits = new Map<string, GithubCommit>();

  constructor(
    readonly id: number,
    public fullName: string,
    private readonly now: () => number,
  ) {}

  addIssue(input: ItemInput = {}): GithubItem {
    return this.#add(input, false);
  }

  addPullRequest(input: ItemInput = {}): GithubItem {
    return this.#add(input, true);
  }

  /** A user comments on it, or changes it. */
  touch(id: number, at = this.now()): void {
    const item = this.items.find((known) => known.id === id);
    if (!item) throw new Error(`there is no issue ${id}`);
    item.updatedAt = at;
    item.title += '!';
  }

  /** Adds a commit to a branch, on top of its head unless other parents are named. */
  commit({ branch = this.defaultBranch, at = this.now(), parents, withoutId = false }: CommitInput = {}): string {
    const head = this.branches.get(branch);
    const onto = parents ?? (head === undefined ? [] : [head]);
    const message = `Commit ${this.#commits.size + 1}`;
    const sha = createHash('sha1')
      .update(JSON.stringify([this.id, onto, message, at]))
      .digest('hex');
    this.#commits.set(sha, { sha: withoutId ? null : sha, parents: onto, message, committedAt: at });
    this.branches.set(branch, sha);
    return sha;
  }

  /** Forgets commits that no branch reaches, as a clean-up after a forced push. */
  prune(): void {
    const kept = new Set([...this.branches.values()].flatMap((head) => [...this.#reachable(head)]));
    for (const sha of this.#commits.keys()) if (!kept.has(sha)) this.#commits.delete(sha);
  }

  get isEmpty(): boolean {
    return this.#commits.size === 0;
  }

  /** The full name of a branch or commit; undefined when there is none. */
  resolve(ref: string): string | undefined {
    return this.branches.get(ref) ?? (this.#commits.has(ref) ? ref : undefined);
  }

  /** Commits that a head reaches and a base does not, in the order of `git log`: from the head, always the newest remaining. */
  log(head: string, base?: string): GithubCommit[] {
    const old = base === undefined ? new Set<string>() : this.#reachable(base);
    return [...this.#reachable(head)].filter((sha) => !old.has(sha)).map((sha) => this.#commits.get(sha)!);
  }

  #reachable(head: string): Set<string> {
    const found = new Set<string>();
    const open = [head];
    while (open.length > 0) {
      const at = (sha: string) => this.#commits.get(sha)?.committedAt ?? 0;
      const newest = open.reduce((best, sha, index) => (at(sha) > at(open[best]!) ? index : best), 0);
      const [sha] = open.splice(newest, 1) as [string];
      if (found.has(sha)) continue;
      found.add(sha);
      open.push(...(this.#commits.get(sha)?.parents ?? []));
    }
    return found;
  }

  #add({ at = this.now(), title = 'Something is wrong', withoutId = false }: ItemInput, pullRequest: boolean) {
    const number = this.items.length + 1;
    const id = withoutId ? null : this.id * 1_000_000 + number;
    const item: GithubItem = { id, number, title, pullRequest, createdAt: at, updatedAt: at };
    this.items.push(item);
    return item;
  }
}

export interface CommitInput {
  readonly branch?: string;
  /** Committer date, milliseconds since 1970; default now. */
  readonly at?: number;
  readonly parents?: readonly string[];
  readonly withoutId?: boolean;
}
