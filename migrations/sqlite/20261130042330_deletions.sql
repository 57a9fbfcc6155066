-- atlas:additive

-- Create index "change_deletions" to table: "changes"
CREATE INDEX `change_deletions` ON `changes` (`account_id`, `seq`) WHERE kind = 'DELETE';
