-- atlas:additive

-- Add column "merged" to table: "changes"
ALTER TABLE `changes` ADD COLUMN `merged` json NULL;
