/**
 * How long to wait before the next attempt: with full jitter, so that the viewers of a broker that restarts do not come
 * back all at once; short while the outage may be a restart, then exponential.
 *
 *     attempt   1       2      3 to 60  61     62     63     64     65 …
 *     at most   0.25 s  0.5 s  0.8 s    1.6 s  3.2 s  6.4 s  10 s   10 s
 */

const FIRST = 250;
/** A broker that is back is noticed within this: somebody watches a dark picture meanwhile. */
const USUAL = 800;
const LONGEST = 10_000;
/** About half a minute: a restart is over by then. */
const PATIENT_ATTEMPTS = 60;
/** Below this an attempt is repeated in a loop that costs more than it gains. */
const SHORTEST = 50;

/**
 * @param {number} attempt  1 for the first one after a failure
 * @param {number} random   uniform in [0, 1)
 * @returns {number} milliseconds
 */
export function backoffDelay(attempt, random) {
  const late = Math.max(0, attempt - PATIENT_ATTEMPTS);
  const ceiling = late > 0 ? USUAL * 2 ** Math.min(late, 16) : FIRST * 2 ** Math.min(attempt - 1, 16);
  return Math.max(SHORTEST, Math.min(late > 0 ? LONGEST : USUAL, ceiling) * random);
}
