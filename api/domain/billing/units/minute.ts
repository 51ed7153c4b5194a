/** Milliseconds of a minute. */
export const MINUTE_MS = 60_000;

/** Minutes of a day, an hour. */
export const DAY_MINUTES = 1440;

/** The last minute that the database counts to, in the year 6053; it stands for "never" where a minute ends something. */
export const LAST_MINUTE = 2_147_483_647;

/** The number of the UTC minute that a moment lies in, counted from 1970. */
export const minuteOf = (at: Date): number => Math.floor(at.getTime() / MINUTE_MS);

/** The number of the first UTC minute that begins at the moment or after it; of later moments the last one there is. */
export const minuteFrom = (at: Date): number =>
  Math.min(Math.ceil(at.getTime() / MINUTE_MS), LAST_MINUTE);

/** The moment at which a minute begins. */
export const minuteStart = (minute: number): Date => new Date(minute * MINUTE_MS);

/** The first minute of the next UTC day. */
export const nextDay = (minute: number): number =>
  (Math.floor(minute / DAY_MINUTES) + 1) * DAY_MINUTES;
