/** Keeping a frame: the bytes exactly as they were sent, as a file. */

/** `front-door_2026-03-01T08-15-30.250Z.webp`: the stream, when it was taken (UTC), the format's extension. */
export function captureName(stream, frame, receivedWallTime) {
  const stamped = new Date(frame.captureTime ?? frame.arrivalTime ?? receivedWallTime);
  // A publisher may send a time that no calendar has.
  const taken = Number.isNaN(stamped.getTime()) ? new Date(receivedWallTime) : stamped;
  // A colon is not allowed in file names everywhere.
  return `${stream}_${taken.toISOString().replaceAll(":", "-")}.${frame.format.extension}`;
}

/** Lets the browser save the file, as if a link to it was pressed. */
export function saveFile(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has taken its own reference by the time this runs.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
