import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { GrpcClient, methods, type Method } from '../../installations/grpc-client.js';
import { isId } from '../testing/samples.js';
import { MARK, TwoTenants } from '../testing/two-tenants.js';

let both: TwoTenants;
let owner: GrpcClient;
let other: GrpcClient;
beforeAll(async () => {
  both = await TwoTenants.start();
  const { grpcAddress } = both.edge.gateway;
  owner = new GrpcClient(grpcAddress, both.edge.key);
  other = new GrpcClient(grpcAddress, both.otherKey);
}, 60_000);
afterAll(async () => {
  owner?.close();
  other?.close();
  await both?.close();
});

const shared = /Key|Provider|^(Uns|S)ubscribe|Projection|Condition|Connector/;
const takesId = ({ fields }: Method) => fields.some(({ name }) => isId(name));

type Field = Method['fields'][number];

/** The request with the id in every field for one, and something in the others that are wanted. */
function requestOf({ fields }: Method, id: string, wanted: readonly Field[] = fields): Record<string, unknown> {
  const valueOf = ({ name, type, enumerated }: Field) => {
    if (isId(name)) return id;
    if (name === 'set') return { fields: { title: { stringValue: 'sample' } } };
    if (type === 'TYPE_MESSAGE') return undefined;
    if (type === 'TYPE_STRING') return name === 'kind' ? 'bearer' : 'sample';
    if (type === 'TYPE_ENUM') return enumerated?.[1];
    return type === 'TYPE_BOOL' ? true : 1;
  };
  const given = fields.filter((field) => isId(field.name) || wanted.includes(field));
  const entries = given.map((field) => [field.name, field.repeated ? [valueOf(field)] : valueOf(field)] as const);
  return Object.fromEntries(entries.filter(([, value]) => [value].flat()[0] !== undefined));
}

/** The call with the id, and with as few other fields as it takes. */
async function complete(client: GrpcClient, method: Method, id: string) {
  const others = method.fields.filter(({ name }) => !isId(name));
  let result = await outcome(client, method, requestOf(method, id, []));
  for (const wanted of [...others.map((one) => [one]), others])
    if (result.code === status.INVALID_ARGUMENT) result = await outcome(client, method, requestOf(method, id, wanted));
  return result;
}

async function outcome(client: GrpcClient, method: Method, request: object): Promise<{ code: number; text: string }> {
  try {
    const answers = await client.any(method, request);
    return { code: status.OK, text: JSON.stringify(answers) };
  } catch (error) {
    const { code, message } = error as { code: number; message: string };
    return { code, text: message };
  }
}

const ownErrors: readonly number[] = [status.INTERNAL, status.UNKNOWN, status.DATA_LOSS];

describe('every method', () => {
  it("that takes an id finds nothing of another tenant's, and changes nothing", async () => {
    const wrong: string[] = [];
    const found = new Set<string>();
    const answered = new Set<string>();
    const own = methods.filter((method) => takesId(method) && !shared.test(method.name));
    for (const method of own)
      for (const id of both.ids) {
        const { code, text } = await complete(other, method, id);
        if (code === status.NOT_FOUND || code === status.OK) answered.add(method.name);
        const isNothing = code === status.OK ? !/"id":|_id":/.test(text) : !ownErrors.includes(code);
        if (!isNothing || text.includes(MARK)) wrong.push(`${method.name} ${id}: ${code} ${text}`);
        if (/^(Get|List|Watch)/.test(method.name)) {
          const mine = await complete(owner, method, id);
          if (mine.code === status.OK && mine.text.length > 30) found.add(method.name);
        }
      }
    expect(wrong).toEqual([]);
    expect(own.filter(({ name }) => !answered.has(name)).map(({ name }) => name)).toEqual([]);
    expect(found.size).toBeGreaterThan(5);
  }, 60_000);

  it('answers rubbish without an error of its own', async () => {
    const wrong: string[] = [];
    for (const method of methods)
      for (const id of ['', '..', '\u0000', '__proto__', "' or 1=1--", '💥', '*', '>', 'x'.repeat(5000)]) {
        const { code, text } = await outcome(other, method, requestOf(method, id));
        if (ownErrors.includes(code)) wrong.push(`${method.name} ${JSON.stringify(id).slice(0, 40)}: ${code} ${text}`);
      }
    expect(wrong).toEqual([]);
  }, 60_000);
});
