import { Problem } from '../problems/problem.ts';

/** What the store answers. @throws Problem `link_store_unavailable` when it does not */
export async function storeAnswers<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      'link_store_unavailable',
      'Links are kept in Redis, which is not configured (REDIS_URL) or does not answer. Nothing else is affected; try again.',
      { cause, headers: { 'retry-after': '5' } },
    );
  }
}
