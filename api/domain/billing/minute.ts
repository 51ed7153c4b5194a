/** Milliseconds of a minute. */
export const MINUTE_MS = 60_000;

/** Minutes of a day, an hour. */
export const DAY_MINUTES = 1440;

/** The number of the UTC minute that a moment lies in, counted from 1970. */
export const minuteOf = (at: Date): number => Math.floor(at.getTime() / MINUTE_MS);

/** The number of the first UTC minute that begins at the moment or after it. */
export const minuteFrom = (at: Date): number => Math.ceil(at.getTime() / MINUTE_MS);

/** The moment at which a minute begins. */
export const minuteStart = (minute: number): Date => new Date(minute * MINUTE_MS);

/** The first minute of the next UTC day. */
export const nextDay = (minute: number): number =>
  (Math.floor(minute / DAY_MINUTES) + 1) * DAY_MINUTES;
