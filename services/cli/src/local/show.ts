import type { JsonSchema, Manifest } from '@tidemark/connector-sdk/manifest';
import { pipelineFor, pipelines } from '@tidemark/pipelines';
import { fields, table, type Field } from '../render/table.js';
import { show, type Session } from '../session.js';

/** A manifest as JSON. */
function viewOf(manifest: Manifest, config?: JsonSchema) {
  const { name, title, description, auth, source, destination } = manifest;
  const stages = stagesOf(manifest);
  return {
    ...{ name, title, description, auth },
    ...(source && { source }),
    ...(destination && { destination }),
    ...(stages && { pipeline: { stages } }),
    ...(config && { config }),
  };
}

const stagesOf = (manifest: Manifest) => pipelineFor(pipelines, {}, manifest)?.stages;

const readsOf = ({ source, pipelines: offered }: Manifest): string =>
  source
    ? source.objects === 'configured'
      ? 'as configured'
      : source.objects.map(({ name }) => name).join(', ')
    : offered
      ? 'own pipeline'
      : '–';

export async function listConnectors(session: Session): Promise<void> {
  const { connectors } = await import('@tidemark/connectors');
  const manifests = [...connectors.values()].map(({ manifest }) => manifest);
  manifests.sort((a, b) => (a.name < b.name ? -1 : 1));
  const columns = [
    { title: 'NAME', value: ({ name }: Manifest) => name },
    { title: 'READS', value: readsOf, flexible: true },
    { title: 'WRITES', value: ({ destination }: Manifest) => destination?.modes.join(', ') ?? '–' },
    { title: 'CREDENTIAL', value: ({ auth }: Manifest) => auth.join(', '), flexible: true },
  ];
  show(
    session,
    manifests.map((manifest) => viewOf(manifest)),
    () => table(manifests, columns, session.terminal),
  );
}

export function showManifest(session: Session, manifest: Manifest, config: JsonSchema): void {
  const { source, destination } = manifest;
  const about: Field[] = [
    ['name', manifest.name],
    ['title', manifest.title],
    ['about', manifest.description],
    ['credential', manifest.auth.join(', ')],
    ['reads', source ? readsOf(manifest) : null],
    ['modes', source ? source.modes.join(', ') : null],
    ['page size', source ? `${source.pageSize.initial} (${source.pageSize.min} to ${source.pageSize.max})` : null],
    ['writes', destination ? destination.modes.join(', ') : null],
    ['batch size', destination ? `${destination.batchSize.initial} (at most ${destination.batchSize.max})` : null],
    ['concurrency', destination ? String(destination.concurrency) : null],
    [
      'stages',
      stagesOf(manifest)
        ?.map(({ name }) => name)
        .join(' → ') ?? null,
    ],
  ];
  const rows = [...configRows(config)];
  const columns = [
    { title: 'CONFIG', value: ({ name }: ConfigRow) => name },
    { title: 'TYPE', value: ({ kind }: ConfigRow) => kind, flexible: true },
    { title: '', value: ({ needed }: ConfigRow) => needed, flexible: true },
    { title: 'MEANING', value: ({ about: meaning }: ConfigRow) => meaning, flexible: true },
  ];
  const { terminal } = session;
  show(session, viewOf(manifest, config), () =>
    [fields(about, terminal.paint), ...(rows.length > 0 ? ['', table(rows, columns, terminal)] : [])].join('\n'),
  );
}

interface ConfigRow {
  readonly name: string;
  readonly kind: string;
  readonly needed: string;
  readonly about: string;
}

/** A row for every field, nested ones included: `ssl.mode`, `objects[].name`. */
function* configRows({ properties = {}, required = [] }: JsonSchema, within = ''): Generator<ConfigRow> {
  for (const [name, schema] of Object.entries(properties)) {
    yield {
      name: within + name,
      kind: kindOf(schema),
      needed: required.includes(name) ? 'required' : defaultOf(schema),
      about: schema.description ?? '',
    };
    const items = schema['items'] as JsonSchema | undefined;
    yield* configRows(joined(items ?? schema), `${within}${name}${items ? '[]' : ''}.`);
  }
}

/** For a choice between kinds of objects: all their fields; a field is required if every kind requires it. */
function joined(schema: JsonSchema): JsonSchema {
  const kinds = schema['oneOf'] as readonly JsonSchema[] | undefined;
  if (!kinds) return schema;
  const properties: Record<string, JsonSchema> = {};
  for (const [name, field] of kinds.flatMap((kind) => Object.entries(kind.properties ?? {}))) {
    const choices = [...(properties[name]?.enum ?? []), ...('const' in field ? [field['const']] : [])];
    properties[name] = { ...field, ...properties[name], ...(choices.length > 0 && { enum: choices }) };
  }
  const required = (kinds[0]?.required ?? []).filter((name) => kinds.every((kind) => kind.required?.includes(name)));
  return { properties, required };
}

function kindOf({ type, enum: choices, oneOf: kinds, anyOf: several }: JsonSchema): string {
  if (choices) return choices.join(' | ');
  if (several) return [...new Set((several as readonly JsonSchema[]).map(kindOf))].join(' | ');
  if (kinds) return 'object';
  return typeof type === 'string' ? type : 'any';
}

const defaultOf = (schema: JsonSchema): string =>
  schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`;
