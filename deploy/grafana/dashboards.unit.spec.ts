import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Panel {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr?: string }[];
}

const folder = import.meta.dirname;
const documented = new Set(
  [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| `(tidemark_\w+)`/gm)].map(([, name]) => name),
);

describe.each(readdirSync(join(folder, 'dashboards')))('the dashboard %s', (file) => {
  const dashboard = JSON.parse(readFileSync(join(folder, 'dashboards', file), 'utf8')) as { panels: Panel[] };
  const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => expr ?? []));

  it('uses only documented metrics', () => {
    const used = expressions.flatMap((expr) => expr.match(/tidemark_\w+/g) ?? []);
    const names = used.map((name) => name.replace(/_(bucket|count|sum)$/, ''));
    expect(names.filter((name) => !documented.has(name))).toEqual([]);
  });

  it('shows every documented metric', () => {
    for (const name of documented) expect(expressions.join('\n')).toContain(name);
  });

  it('gives each panel its own id and position', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const positions = dashboard.panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(positions).size).toBe(positions.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
