import type { Answered, Asked } from '../../http-json/testing/published.js';

/** Small servers in the shapes of published references for writing, each with the rows that it has stored. */
export interface Written {
  readonly rows: Map<string, unknown>;
  answer(asked: Asked): Answered;
}

type Fields = Readonly<Record<string, unknown>>;
const isEmail = (text: unknown) => typeof text === 'string' && /^[^@\s]+@[^@\s]+$/.test(text);

/** Puts a row; whether it was new. */
function put(rows: Map<string, unknown>, id: string, row: unknown): boolean {
  const isNew = !rows.has(id);
  rows.set(id, row);
  return isNew;
}

const world = (answer: (rows: Map<string, unknown>, asked: Asked) => Answered) => (): Written => {
  const rows = new Map<string, unknown>();
  return { rows, answer: (asked) => answer(rows, asked) };
};

export const writing: Readonly<Record<string, () => Written>> = {
  // One invalid input refuses the whole batch; a conflict in the data is a row's, in a 207.
  hubspot: world((rows, { method, path, body }) => {
    if (method === 'GET') return [200, { results: [] }];
    if (path !== '/crm/v3/objects/contacts/batch/upsert') return [404, ''];
    const { inputs } = body as unknown as { inputs: { id: string; properties: Fields; objectWriteTraceId: string }[] };
    if (inputs.length > 100) return [400, { category: 'VALIDATION_ERROR', message: 'at most 100 inputs' }];
    const bad = inputs.find(({ id }) => !isEmail(id));
    if (bad) return [400, { status: 'error', category: 'VALIDATION_ERROR', message: 'Property values were not valid', errors: [{ message: 'not an email', context: { propertyName: ['email'] } }] }]; // prettier-ignore
    const [refused, taken] = [inputs.filter(({ properties }) => properties['name'] === 'conflict'), inputs.filter(({ properties }) => properties['name'] !== 'conflict')]; // prettier-ignore
    const results = taken
      .map(({ id, properties, objectWriteTraceId }) => ({
        id: String(rows.size),
        properties,
        objectWriteTraceId,
        new: put(rows, id, properties),
      })) // prettier-ignore
      .reverse(); // The order of results is not that of the inputs.
    const errors = refused.map(({ objectWriteTraceId }) => ({ status: 'error', category: 'CONFLICT', message: 'already merged', context: { objectWriteTraceId: [objectWriteTraceId] } })); // prettier-ignore
    return [errors.length > 0 ? 207 : 200, { status: 'COMPLETE', results, ...(errors.length > 0 && { numErrors: errors.length, errors }) }]; // prettier-ignore
  }),
  salesforce: world((rows, { method, path, body }) => {
    if (path.endsWith('/limits')) return [200, {}];
    if (method !== 'PATCH' || !path.endsWith('/composite/sobjects/Account/External_Id__c')) return [404, [{ errorCode: 'NOT_FOUND', message: 'no such resource' }]]; // prettier-ignore
    const { records, allOrNone } = body as unknown as { records: (Fields & { attributes: { type: string } })[]; allOrNone: boolean }; // prettier-ignore
    if (allOrNone || records.some(({ attributes }) => attributes.type !== 'Account')) return [400, [{ errorCode: 'JSON_PARSER_ERROR', message: 'no type' }]]; // prettier-ignore
    const failed = (statusCode: string, message: string, fields: string[]) => ({ success: false, errors: [{ statusCode, message, fields }] }); // prettier-ignore
    return [
      200,
      records.map(({ attributes: _type, ...row }) => {
        if (row['name'] === 'conflict') return failed('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access', []);
        if (!isEmail(row['email'])) return failed('INVALID_EMAIL_ADDRESS', 'Email: invalid email address', ['Email']);
        const created = put(rows, String(row['email']), row);
        return { id: `001${rows.size}`, success: true, created, errors: [] };
      }),
    ];
  }),
  mailchimp: world((rows, { path, body }) => {
    if (path.endsWith('/ping')) return [200, { health_status: "Everything's Chimpy!" }];
    const { members } = body as unknown as { members: { email_address: string; merge_fields: Fields }[] };
    const answer = { new_members: [] as unknown[], updated_members: [] as unknown[], errors: [] as unknown[] };
    for (const member of members) {
      const address = { email_address: String(member.email_address).toLowerCase() };
      if (!isEmail(member.email_address) || member.merge_fields['FNAME'] === 'conflict')
        answer.errors.push({ ...address, email_address: member.email_address, error: 'Please provide a valid email address.', error_code: 'ERROR_GENERIC', field: 'email_address' }); // prettier-ignore
      else (put(rows, address.email_address, { email: member.email_address, name: member.merge_fields['FNAME'] }) ? answer.new_members : answer.updated_members).push(address); // prettier-ignore
    }
    return [200, { ...answer, total_created: answer.new_members.length, error_count: answer.errors.length }];
  }),
  webhook: world((rows, { path, body, headers }) => {
    if (path !== '/orders') return [404, 'not found', { 'content-type': 'text/plain' }];
    const { type, data } = body as unknown as { type: string; data: Fields };
    if (type !== 'order.changed' || !isEmail(data['email'])) return [422, 'no such address', { 'content-type': 'text/plain' }]; // prettier-ignore
    put(rows, String(headers['webhook-id']), data);
    return [200, 'ok', { 'content-type': 'text/plain' }];
  }),
};
