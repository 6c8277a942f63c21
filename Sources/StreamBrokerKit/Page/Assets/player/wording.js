/** Numbers as people read them. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** "4 s", "2 min 5 s", "3 h 20 min", "5 days". */
export function duration(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(`${minutes} min`, seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(`${hours} h`, minutes % 60, "min");
  return `${whole.format(Math.floor(hours / 24))} days`;
}

/** "0.4 ms", "23 ms", "1.4 s", "2 min 5 s". */
export function delay(milliseconds) {
  if (milliseconds < 9.95) return `${tenth.format(milliseconds)} ms`;
  if (milliseconds < 1000) return `${whole.format(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${tenth.format(milliseconds / 1000)} s`;
  return duration(milliseconds);
}

export function frameRate(perSecond) {
  return tenth.format(perSecond);
}

export function bitRate(bitsPerSecond) {
  return whole.format(bitsPerSecond / 1000);
}

export function count(number) {
  return whole.format(number);
}

/** "812 B", "41.3 kB", held together on one line. */
export function size(bytes) {
  return bytes < 1000 ? `${bytes}\u00a0B` : `${tenth.format(bytes / 1000)}\u00a0kB`;
}

/** "+12 ms", "−1.4 s", "0 ms". */
export function difference(milliseconds) {
  if (Math.abs(milliseconds) < 0.05) return "0 ms";
  const amount = delay(Math.abs(milliseconds));
  return `${milliseconds < 0 ? "−" : "+"}${amount}`;
}

function joined(larger, rest, unit) {
  return rest === 0 ? larger : `${larger} ${rest} ${unit}`;
}
