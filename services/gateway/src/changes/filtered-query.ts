import type { Query, QueryResult, Scalar, View, ViewDefinition, ViewDocument } from '@tidemark/read-model';

const SCAN_PAGE = 1000;

type Filters<D> = { readonly [K in keyof D & string]?: Scalar | readonly Scalar[] };

/**
 * A query with filters on any field: those that the view has indexed are left to the store, the others are applied to
 * what it finds, page by page.
 */
export async function filteredQuery<D extends ViewDocument>(
  view: View<D>,
  definition: ViewDefinition<D>,
  query: Query<D>,
  filters: Filters<D>,
): Promise<QueryResult<D>> {
  const indexed = new Set<string>(definition.indexes.flat());
  const [inStore, here] = split(filters, (field) => indexed.has(field));
  const conditions = inStore.map(([field, value]) => [field, Array.isArray(value) ? { in: value } : value] as const);
  const stored: Query<D> = {
    ...query,
    where: { ...query.where, ...Object.fromEntries(conditions) } as Query<D>['where'],
    sort: query.sort?.filter(([field]) => indexed.has(field)),
  };
  if (here.length === 0) return view.query(stored);
  const matches = (document: D) =>
    here.every(([field, value]) => [value].flat().includes(document[field as keyof D] as Scalar));
  const found: D[] = [];
  for (let page = 1; ; page++) {
    const { data, asOf } = await view.query({ ...stored, page, perPage: SCAN_PAGE });
    found.push(...data.filter(matches));
    if (data.length === SCAN_PAGE) continue;
    const { page: wanted = 1, perPage = 50 } = query;
    return { data: found.slice((wanted - 1) * perPage, wanted * perPage), total: found.length, asOf };
  }
}

/** The filters that are set, in two parts. */
function split<D>(filters: Filters<D>, test: (field: string) => boolean) {
  const set = Object.entries(filters).filter(([, value]) => value !== undefined) as [string, Scalar | Scalar[]][];
  return [set.filter(([field]) => test(field)), set.filter(([field]) => !test(field))] as const;
}
