import { compile } from '@jmespath-community/jmespath';
import type { FieldFault, MappingEntry } from '@tidemark/contracts';
import { parsePath } from './path.js';
import { templateParts } from './template.js';

const sources = ['from', 'expression', 'template', 'value'] as const;
const ofFields = ['from', 'expression', 'template', 'value', 'default', 'type', 'format', 'required', 'mask'] as const;

/** What is wrong with a mapping, each fault with the path of its field: `[2].expression`. `key`: the fields that identify a row. */
export function mappingProblems(
  mapping: readonly MappingEntry[],
  key: readonly string[] | undefined,
): readonly FieldFault[] {
  const seen = new Set<string>();
  const problems = mapping.flatMap((entry, index) =>
    entryProblems(entry, seen).map(({ field, message }) => ({ field: `[${index}]${field && `.${field}`}`, message })),
  );
  const takesAll = mapping.some(({ pick }) => pick?.includes('*'));
  for (const name of takesAll ? [] : (key ?? []))
    if (!mapping.some(({ to, pick }) => to === name || pick?.includes(name)))
      problems.push({ field: '', message: `must have the field ${name}: it is part of the key` });
  for (const [index, { to, mask }] of mapping.entries())
    if (to !== undefined && key?.includes(to) && mask !== undefined && mask !== 'hash')
      problems.push({ field: `[${index}].mask`, message: `must be hash: ${to} is part of the key` });
  const masked = new Set(
    mapping.flatMap(({ from, mask }) => (from !== undefined && mask ? [from.split('.')[0]!] : [])),
  );
  for (const [index, { pick = [] }] of mapping.entries())
    for (const [at, name] of pick.entries())
      if (masked.has(name))
        problems.push({ field: `[${index}].pick[${at}]`, message: `must not be ${name}: another entry masks it` });
  return problems;
}

function entryProblems(entry: MappingEntry, seen: Set<string>): readonly FieldFault[] {
  const { to, pick } = entry;
  if (pick !== undefined) {
    const extra = (['to', ...ofFields] as const).find((name) => entry[name] !== undefined);
    if (extra) return [{ field: extra, message: 'cannot stand beside `pick`' }];
    const wrong = pick.findIndex((name) => name === '' || name === '__proto__');
    return wrong < 0 ? [] : [{ field: `pick[${wrong}]`, message: 'must be the name of a field, or *' }];
  }
  if (to === undefined) return [{ field: 'to', message: 'is required, except beside `pick`' }];
  return [...targetProblems(to, seen), ...sourceProblems(entry), ...otherProblems(entry)];
}

function targetProblems(to: string, seen: Set<string>): readonly FieldFault[] {
  const path = parsePath(to);
  if (!path || path.some((step) => typeof step === 'number' || step === '__proto__'))
    return [{ field: 'to', message: 'must be the name of a field, or a path of names such as address.city' }];
  const steps = path.map((step) => JSON.stringify(step));
  const whole = steps.join();
  const clash = [...seen].find((one) => one === whole || one.startsWith(`${whole},`) || whole.startsWith(`${one},`));
  seen.add(whole);
  return clash === undefined ? [] : [{ field: 'to', message: `is written twice: ${to}, or a part of it` }];
}

function sourceProblems({ from, expression, template, value, ...entry }: MappingEntry): readonly FieldFault[] {
  const given = sources.filter((name) => ({ from, expression, template, value })[name] !== undefined);
  if (given.length === 0 && entry.default === undefined)
    return [{ field: '', message: 'must have one of from, expression, template, value' }];
  if (given.length > 1) return [{ field: given[1]!, message: `cannot stand beside \`${given[0]!}\`` }];
  if (from !== undefined && !parsePath(from))
    return [{ field: 'from', message: 'must be a path such as user.name or labels[0]' }];
  if (expression !== undefined) return expressionProblems('expression', expression);
  const parts = template === undefined ? [] : templateParts(template);
  if (!parts) return [{ field: 'template', message: 'has {{ without }}' }];
  return parts.flatMap((part) => ('expression' in part ? expressionProblems('template', part.expression) : []));
}

function otherProblems({ mask, value, format, type }: MappingEntry): readonly FieldFault[] {
  const problems: FieldFault[] = [];
  if (mask !== undefined && value !== undefined)
    problems.push({ field: 'mask', message: 'cannot hide a constant: it is part of the connection' });
  if (format !== undefined && type !== 'date' && type !== 'timestamp')
    problems.push({ field: 'format', message: 'needs `type` date or timestamp' });
  return problems;
}

function expressionProblems(field: string, expression: string): readonly FieldFault[] {
  try {
    compile(expression);
    return [];
  } catch (error) {
    return [{ field, message: `is not a valid JMESPath expression: ${(error as Error).message}` }];
  }
}
