import { describe, expect, it } from '@jest/globals';
import { Conditions } from './conditions.js';

function observed() {
  let now = 0;
  const changes: string[] = [];
  const clock = { now: () => (now += 1000) };
  const conditions = new Conditions({ clock });
  conditions.onChange(({ subject, detail }, change) => void changes.push(`${change} ${subject}: ${detail}`));
  return { conditions, changes };
}

describe('the conditions of a process', () => {
  it('are listed in the order of their first raise, each with its newest state', () => {
    const { conditions } = observed();
    conditions.raise('view jobs', 'rebuilt');
    conditions.raise('events.db', 'cannot be read', 'unready');
    conditions.raise('view jobs', 'set aside', 'unready');
    expect(conditions.list()).toEqual([
      { subject: 'view jobs', detail: 'set aside', severity: 'unready', since: '1970-01-01T00:00:01.000Z' },
      { subject: 'events.db', detail: 'cannot be read', severity: 'unready', since: '1970-01-01T00:00:02.000Z' },
    ]);
  });

  it('end when they are cleared, and an unready process is ready then', () => {
    const { conditions } = observed();
    conditions.raise('view jobs', 'rebuilt');
    conditions.raise('events.db', 'cannot be read', 'unready');
    expect(conditions.ready).toBe(false);
    conditions.clear('events.db');
    expect(conditions.ready).toBe(true);
    conditions.clear('view jobs');
    expect(conditions.list()).toEqual([]);
  });

  it('report what changed, and nothing else', () => {
    const { conditions, changes } = observed();
    conditions.clear('view jobs');
    conditions.raise('view jobs', 'rebuilt');
    conditions.raise('view jobs', 'rebuilt');
    conditions.raise('view jobs', 'set aside');
    conditions.clear('view jobs');
    expect(changes).toEqual([
      'raised view jobs: rebuilt',
      'raised view jobs: set aside',
      'cleared view jobs: set aside',
    ]);
  });
});
