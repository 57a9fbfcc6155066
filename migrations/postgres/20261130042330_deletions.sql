-- atlas:additive
-- atlas:txmode none

-- Create index "change_deletions" to table: "changes"
CREATE INDEX CONCURRENTLY "change_deletions" ON "changes" ("account_id", "seq") WHERE ((kind)::text = 'DELETE'::text);
