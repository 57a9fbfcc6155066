-- atlas:additive

-- Modify "changes" table
ALTER TABLE "changes" ADD COLUMN "merged" jsonb NULL;
