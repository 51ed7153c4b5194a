ALTER TABLE "resources" ADD COLUMN "generation_ends" jsonb DEFAULT '{}'::jsonb NOT NULL;
--> statement-breakpoint
-- BIL-1: a generation is charged until it was no longer asked for, at the price of its flavor; both must survive until
-- the worker looks.
create function resources_note_generation_end() returns trigger language plpgsql as $$
begin
  if not new.generation_ends ? old.generation::text then
    new.generation_ends := new.generation_ends || jsonb_build_object(
      old.generation::text,
      jsonb_build_object('flavor', old.flavor, 'endedAt',
        case when new.desired_at > old.desired_at then new.desired_at else site_now() end));
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger resources_note_generation_end before update on resources for each row
when (old.desired_state = 'running' and (new.desired_state <> 'running' or new.generation <> old.generation))
execute function resources_note_generation_end();
