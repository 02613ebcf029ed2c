import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const fences = [...text.matchAll(/```\n([\s\S]*?)```/g)].map(([, block]) => block!);
const map = fences.find((block) => block.includes('services/job-coordinator/'))!;
const prose = text.replace(/```[\s\S]*?```/g, '');
const codes = [...new Set([...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!))];

/** Every path that the map names; indented lines are inside the folder above them. */
function pathsOf(block: string): string[] {
  let folder = '';
  return block.split('\n').flatMap((line) => {
    const [, indent = '', named = ''] = /^(\s*)(\S+(?: \S+)*)/.exec(line) ?? [];
    const [first = '', ...others] = named.split(/ {2,}/)[0]!.split(' ');
    if (first === '') return [];
    const path = indent === '' ? first : `${folder}${first}`;
    if (indent === '') folder = first;
    const beside = path.replace(/[^/]+\/?$/, '');
    return [path, ...others.map((other) => beside + other)];
  });
}

const sources = ['libs', 'services', 'tests'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(^|\/)(dist|node_modules)\//.test(file))
    .map((file) => `${top}/${file}`),
);
const code = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');

describe('ARCHITECTURE.md', () => {
  it('names folders and files that are there', () => {
    const paths = pathsOf(map);
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const mentioned = codes.filter((one) => /^(libs|services|tests)\/[\w./-]+$/.test(one));
    expect(mentioned.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const files = codes.filter((one) => /^[\w-]+(\.[\w-]+)*\.ts$/.test(one));
    expect(files.filter((name) => !sources.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
  });

  it('names events, types and functions that the code has', () => {
    const names = codes.filter((one) => /^[A-Z][a-zA-Z]+$/.test(one) || /^[a-z]+[A-Z][a-zA-Z]+$/.test(one));
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });

  it('names streams that the code declares', () => {
    const streams = codes.flatMap((one) => /^([a-z]+)-(?:<\w+>)?$/.exec(one)?.[1] ?? []);
    expect(streams.length).toBeGreaterThan(3);
    expect(streams.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });
});
