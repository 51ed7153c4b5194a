/**
 * SQL of the moment at which Organization $1 was first charged for a minute from this one on; infinity when it was not.
 * Charged minutes follow one another, so whatever was charged before the minute was booked by then.
 */
export const firstChargeAt = (minute: string) => `
  coalesce((${firstCharge("at", minute)}), 'infinity')`;

/** SQL of the minute of that charge; null when there is none. */
export const firstChargedMinute = (minute: string) => `
  (${firstCharge("from_minute", minute)})`;

const firstCharge = (column: string, minute: string) => `
    select ${column} from ledger_entries
    where organization_id = $1 and kind = 'charge' and at >= minute_start(${minute}) and from_minute >= ${minute}
    order by at, seq limit 1`;
