import { describe, expect, it } from '@jest/globals';
import { encodeCursor } from '../cursor.js';
import { lists, planOf } from '../testing/lists.js';
import { Database } from './database.js';
import { createTables, Generations, tableOf } from './generations.js';
import { orderSql, whereSql } from './sql.js';

describe('the lists of the API', () => {
  it.each(lists)('are read in the order of an index, without sorting in memory: %s', async (_, list) => {
    const db = new Database(':memory:', () => {});
    const { id, columns } = new Generations(db, '').create(list.view);
    const { order } = planOf(list);
    const cursor = encodeCursor(
      order,
      Object.fromEntries(order.map(([field]) => [field, field === 'order' ? 1 : 'x'])),
    );
    for (const after of [undefined, cursor]) {
      // What follows in other types than the cursor's is sorted: there is nothing in these lists.
      const parts = planOf(list, after).parts.filter((part) => !part.some(([, { kind }]) => kind === 'types'));
      expect(parts.length).toBeGreaterThan(0);
      for (const part of parts) {
        const { text, values } = whereSql(part, columns);
        const sql = `explain query plan select doc from ${tableOf(id)} ${text} ${orderSql(order, columns)} limit 10`;
        const steps = JSON.stringify(db.all(sql, ...values));
        expect(steps).toContain('USING INDEX');
        expect(steps).not.toContain('TEMP B-TREE');
      }
    }
    await db.close();
  });
});
