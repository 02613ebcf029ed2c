import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { services, type Verb } from '@tidemark/contracts';
import { componentsOf, fieldsOf, schemaOf, shaped } from '@tidemark/contracts/fields';
import type { RemoteError } from '@tidemark/messaging';
import { isId, Samples } from '../testing/samples.js';
import { MARK, TwoTenants } from '../testing/two-tenants.js';

let both: TwoTenants;
beforeAll(async () => void (both = await TwoTenants.start()), 60_000);
afterAll(() => both?.close());

const verbs: readonly Verb[] = Object.values(services).flatMap((service) => Object.values<Verb>(service.verbs));
const options = { closed: true };

function inputOf({ input }: Verb, tenant: string, id: string): object {
  const schemas = componentsOf([shaped(() => input)], options);
  const sample = new Samples(schemas, [id]).of(schemaOf(input, options)) as object;
  return { ...sample, ...(fieldsOf(input).has('tenant') && { tenant }) };
}

async function outcome({ subject }: Verb, data: unknown): Promise<{ code: string; text: string }> {
  try {
    return { code: '', text: JSON.stringify((await both.edge.adapters.broker.request(subject, data)) ?? null) };
  } catch (error) {
    const { code, message } = error as RemoteError;
    return { code, text: message };
  }
}

/** Those of the differ leave it to their callers to make sure that what they name is the tenant's. */
const trusting: ReadonlySet<Verb> = new Set(Object.values<Verb>(services.differ.verbs));
/** The request with the id; where it lacks a field, with the first optional one that completes it. */
async function complete(verb: Verb, tenant: string, id: string) {
  const input = inputOf(verb, tenant, id);
  let result = await outcome(verb, input);
  const { properties } = schemaOf(verb.input, options) as { properties: Record<string, Record<string, unknown>> };
  for (const [name, schema] of Object.entries(properties))
    if (result.code === 'VALIDATION_FAILED' && !(name in input) && !('$ref' in schema))
      result = await outcome(verb, { ...input, [name]: new Samples({}, [id]).of(schema, name) });
  return result;
}

const takesId = ({ input }: Verb) => [...fieldsOf(input).keys()].some(isId) && fieldsOf(input).has('tenant');

describe('every verb', () => {
  it("that takes an id finds nothing of another tenant's, and changes nothing", async () => {
    const wrong: string[] = [];
    const refused = new Set<string>();
    const own = verbs.filter((verb) => takesId(verb) && !trusting.has(verb));
    expect(own.length).toBeGreaterThan(20);
    for (const verb of own)
      for (const id of both.ids) {
        const { code, text } = await complete(verb, 'globex', id);
        if (code === 'NOT_FOUND') refused.add(verb.name);
        const isNothing = code === '' ? !/"(id|\w+Id)":/.test(text) : code !== 'INTERNAL' && code !== 'UNREADABLE';
        if (!isNothing || text.includes(MARK)) wrong.push(`${verb.name} ${id}: ${code} ${text}`);
      }
    expect(wrong).toEqual([]);
    expect(
      own.filter(({ name, errors }) => errors.includes('NOT_FOUND') && !refused.has(name)).map((one) => one.name),
    ).toEqual([]);
  }, 60_000);

  it('answers rubbish without an error of its own', async () => {
    const wrong: string[] = [];
    const rubbish = (verb: Verb) => [
      ...[null, [], '', 1, {}, { tenant: null }, { tenant: 'globex', __proto__: 1 }],
      ...['', '..', '\u0000', '__proto__', '*', '>', 'x'.repeat(5000)].map((id) => inputOf(verb, 'globex', id)),
      ...['', '*', '__proto__', 'x'.repeat(5000)].map((tenant) => inputOf(verb, tenant, both.ids[0]!)),
    ];
    for (const verb of verbs)
      for (const data of rubbish(verb)) {
        const { code, text } = await outcome(verb, data);
        if (code === 'INTERNAL') wrong.push(`${verb.name} ${JSON.stringify(data).slice(0, 80)}: ${text}`);
      }
    expect(wrong).toEqual([]);
  }, 60_000);
});
