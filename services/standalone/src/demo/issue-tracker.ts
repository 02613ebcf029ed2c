import type { JsonObject } from '@tidemark/foundation';

export const REPOSITORY = 'harbour/tide-gauges';
const PATH = `/repos/${REPOSITORY}`;
/** GitHub's largest page. */
const PER_PAGE = 100;

/** The two issues that were imported without an id, so that no copy of them can be kept. */
const WITHOUT_ID: readonly number[] = [3, 7];

const titles = [
  'Gauge at the north pier reports metres as feet',
  'Battery of the buoy lasts two weeks only',
  'Spring tide is missing from the almanac',
  'Clock of the harbour office drifts by a minute a day',
  'Add the wind to the daily report',
  'Two stations share one name',
  'Alert is sent twice at slack water',
  'Paint the tide staff before winter',
];

interface Issue {
  readonly id: number | null;
  readonly number: number;
  readonly title: string;
  readonly state: 'open';
  readonly created_at: string;
  readonly updated_at: string;
}

export interface TrackerAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A sample of GitHub's REST API: one repository with eight issues, two of them without an id until they are repaired. */
export class IssueTracker {
  readonly #issues: Issue[];

  constructor(private readonly now: () => number = Date.now) {
    this.#issues = titles.map((title, at) => {
      const number = at + 1;
      const time = `2025-03-0${number}T09:00:00Z`;
      const id = WITHOUT_ID.includes(number) ? null : idOf(number);
      return { id, number, title, state: 'open', created_at: time, updated_at: time };
    });
  }

  /** Gives an issue its id. False: there is no such issue. */
  repair(number: number, at = new Date(this.now()).toISOString()): boolean {
    const issue = this.#issues[number - 1];
    if (!issue) return false;
    this.#issues[number - 1] = { ...issue, id: idOf(number), updated_at: `${at.slice(0, 19)}Z` };
    return true;
  }

  /** An issue as it was synced before: the sample remembers nothing over a restart. */
  restore({ number, updated_at: at }: JsonObject): void {
    if (typeof number === 'number' && typeof at === 'string') this.repair(number, at);
  }

  /** The numbers of those that still have no id. */
  get withoutId(): readonly number[] {
    return this.#issues.filter(({ id }) => id === null).map(({ number }) => number);
  }

  /** `PATCH …/issues/{number}` is this sample's own: it gives the issue its id. */
  answer(method: string, url: URL): TrackerAnswer {
    const [list, number] = url.pathname.slice(PATH.length).split('/').filter(Boolean);
    if (url.pathname !== PATH && !url.pathname.startsWith(`${PATH}/`)) return notFound;
    const issue = this.#issues[Number(number) - 1];
    if (method === 'PATCH' && list === 'issues' && issue) {
      this.repair(issue.number);
      return { status: 200, body: this.#issues[issue.number - 1] };
    }
    if (method !== 'GET') return { status: 405, body: { message: 'Method Not Allowed' }, headers: { allow: 'GET' } };
    if (list === undefined) return { status: 200, body: { id: 1, full_name: REPOSITORY } };
    if (list === 'pulls' || list === 'commits') return { status: 200, body: [] };
    if (list !== 'issues') return notFound;
    if (number === undefined) return this.#page(url);
    return issue ? { status: 200, body: issue } : notFound;
  }

  #page({ origin, searchParams: query }: URL): TrackerAnswer {
    const since = Date.parse(query.get('since') ?? '') || 0;
    const descending = query.get('direction') !== 'asc';
    const found = this.#issues
      .filter((issue) => Date.parse(issue.updated_at) >= since)
      .toSorted((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at));
    const page = Number(query.get('page') ?? 1);
    const perPage = Math.min(PER_PAGE, Number(query.get('per_page') ?? 30));
    const body = (descending ? found.toReversed() : found).slice((page - 1) * perPage, page * perPage);
    const hasMore = page * perPage < found.length;
    return {
      status: 200,
      body,
      ...(hasMore && { headers: { link: `<${origin}${PATH}/issues?page=${page + 1}>; rel="next"` } }),
    };
  }
}

const idOf = (number: number): number => 4_000 + number;

const notFound: TrackerAnswer = { status: 404, body: { message: 'Not Found' } };
