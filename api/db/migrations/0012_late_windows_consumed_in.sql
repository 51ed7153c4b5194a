ALTER TABLE "late_windows" ADD COLUMN "consumed_in" text;--> statement-breakpoint
UPDATE late_windows l
SET consumed_in = CASE WHEN f.from_currency = r.currency AND l.consumed_at > f.fixed_at THEN f.to_currency ELSE r.currency END
FROM usage_runs r LEFT JOIN currency_fixings f ON f.organization_id = r.organization_id
WHERE r.id = l.run_id AND l.consumed_at IS NOT NULL;
