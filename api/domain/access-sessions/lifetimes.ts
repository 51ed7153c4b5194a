/** Machine time, in seconds. */
export const LINK_SECONDS = 60;
export const SESSION_SECONDS = 12 * 3600;

/** Where a link leads, at the resource's own address; nothing under it reaches the workload. */
export const OWN_PATH = "/.aifactory/";
export const LINK_PATH = `${OWN_PATH}session`;
