/**
 * How long to wait before the next attempt: exponential with full jitter, so that the viewers of a broker that
 * restarts do not come back all at once.
 *
 *     attempt   1      2    3    4    5    6 …
 *     at most   0.5 s  1 s  2 s  4 s  8 s  10 s
 */

const FIRST = 500;
const LONGEST = 10_000;
/** Below this a refused connection is tried again in a loop that costs more than it gains. */
const SHORTEST = 100;

/**
 * @param {number} attempt  1 for the first one after a failure
 * @param {number} random   uniform in [0, 1)
 * @returns {number} milliseconds
 */
export function backoffDelay(attempt, random) {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt - 1, 16));
  return Math.max(SHORTEST, ceiling * random);
}
