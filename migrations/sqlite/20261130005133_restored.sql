-- atlas:additive

-- Add column "start" to table: "feeds"
ALTER TABLE `feeds` ADD COLUMN `start` integer NULL;
-- Add column "version_floor" to table: "clocks"
ALTER TABLE `clocks` ADD COLUMN `version_floor` integer NULL;
