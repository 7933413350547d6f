// Wall times such as "2017-11-14T13:30", counted as a clock on the wall of the convening counts: without zones.

const MINUTE = 60_000;
const read = (wall) => Date.parse(`${wall}:00Z`);

export const plus = (wall, minutes) => new Date(read(wall) + minutes * MINUTE).toISOString().slice(0, 16);
export const minutesBetween = (from, to) => (read(to) - read(from)) / MINUTE;
export const dayOf = (wall) => wall.slice(0, 10);
export const timeOf = (wall) => wall.slice(11);

/** The nearest line of a scale of so many minutes. */
export function rounded(wall, scale) {
  return new Date(Math.round(read(wall) / (scale * MINUTE)) * scale * MINUTE).toISOString().slice(0, 16);
}

/** The next line of the scale in a direction (1 or -1). */
export function nextLine(wall, scale, direction) {
  const lines = read(wall) / (scale * MINUTE);
  const line = direction > 0 ? Math.floor(lines) + 1 : Math.ceil(lines) - 1;
  return new Date(line * scale * MINUTE).toISOString().slice(0, 16);
}
