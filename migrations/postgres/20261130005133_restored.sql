-- atlas:additive

-- Modify "clocks" table
ALTER TABLE "clocks" ADD COLUMN "version_floor" bigint NULL;
-- Modify "feeds" table
ALTER TABLE "feeds" ADD COLUMN "start" bigint NULL;
