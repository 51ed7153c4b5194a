// How long a stop may take, at most: first the requests at work, then the work items.

/** Moving the clock may take a minute; hardly anything else that a request does takes a second. */
export const REQUEST_DRAIN_MS = 75_000;
/** So long a work item may take; a stop waits for those at work. */
export const WORK_TIMEOUT_MS = 60_000;
