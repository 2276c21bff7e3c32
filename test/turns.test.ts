import { expect, test } from 'vitest';
import { Turns } from './support/turns.ts';

async function orderOf(seed: number): Promise<number[]> {
  const turns = new Turns(seed);
  const order: number[] = [];
  await Promise.all(Array.from({ length: 8 }, (_, i) => turns.next().then(() => order.push(i))));
  return order;
}

test('what waits together goes on in an order of the seed, all of it', async () => {
  const orders = await Promise.all([1, 2, 3, 4].map(orderOf));
  for (const order of orders) expect(order.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(new Set(orders.map(String)).size).toBe(4);
  expect(await orderOf(3)).toEqual(orders[2]);
  expect(new Turns(1).shuffled([1, 2, 3, 4, 5, 6])).toEqual(new Turns(1).shuffled([1, 2, 3, 4, 5, 6]));
  expect(new Turns(1).shuffled([1, 2, 3, 4, 5, 6])).not.toEqual(new Turns(2).shuffled([1, 2, 3, 4, 5, 6]));
});
