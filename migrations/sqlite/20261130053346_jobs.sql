-- atlas:additive

-- Add column "job_id" to table: "changes"
ALTER TABLE `changes` ADD COLUMN `job_id` integer NULL;
-- Create "jobs" table
CREATE TABLE `jobs` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `kind` text NOT NULL, `state` text NOT NULL, `paused` bool NOT NULL DEFAULT (false), `actor_kind` text NOT NULL, `actor_id` integer NOT NULL, `actor_name` text NOT NULL, `options` json NOT NULL, `counts` json NOT NULL, `position` integer NOT NULL DEFAULT (0), `size` integer NOT NULL DEFAULT (0), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `lease_until` datetime NULL, `runner` text NULL, `failure` text NULL, `account_id` integer NOT NULL, CONSTRAINT `jobs_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "job_account_id_id" to table: "jobs"
CREATE INDEX `job_account_id_id` ON `jobs` (`account_id`, `id`);
-- Create index "job_state_lease_until" to table: "jobs"
CREATE INDEX `job_state_lease_until` ON `jobs` (`state`, `lease_until`);
-- Create index "jobs_account_id_id" to table: "jobs"
CREATE UNIQUE INDEX `jobs_account_id_id` ON `jobs` (`account_id`, `id`);
-- Create "job_chunks" table
CREATE TABLE `job_chunks` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `position` integer NOT NULL, `data` blob NOT NULL, `job_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `job_chunks_jobs_chunks` FOREIGN KEY (`account_id`, `job_id`) REFERENCES `jobs` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `job_chunks_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "jobchunk_account_id_job_id_position" to table: "job_chunks"
CREATE UNIQUE INDEX `jobchunk_account_id_job_id_position` ON `job_chunks` (`account_id`, `job_id`, `position`);
-- Create "job_items" table
CREATE TABLE `job_items` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `number` integer NOT NULL, `action` text NOT NULL, `contact_id` integer NULL, `seen` integer NULL, `content` json NULL, `changes` json NULL, `errors` json NULL, `outcome` text NULL, `written` integer NULL, `job_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `job_items_jobs_items` FOREIGN KEY (`account_id`, `job_id`) REFERENCES `jobs` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `job_items_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "jobitem_account_id_job_id_number" to table: "job_items"
CREATE UNIQUE INDEX `jobitem_account_id_job_id_number` ON `job_items` (`account_id`, `job_id`, `number`);
-- Create index "jobitem_account_id_job_id_action_number" to table: "job_items"
CREATE INDEX `jobitem_account_id_job_id_action_number` ON `job_items` (`account_id`, `job_id`, `action`, `number`);
-- Create index "jobitem_account_id_job_id_contact_id" to table: "job_items"
CREATE INDEX `jobitem_account_id_job_id_contact_id` ON `job_items` (`account_id`, `job_id`, `contact_id`) WHERE contact_id IS NOT NULL;
-- Create index "jobitem_account_id_job_id_outcome_number" to table: "job_items"
CREATE INDEX `jobitem_account_id_job_id_outcome_number` ON `job_items` (`account_id`, `job_id`, `outcome`, `number`) WHERE outcome IS NOT NULL;
-- Create "job_keys" table
CREATE TABLE `job_keys` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `hash` integer NOT NULL, `number` integer NOT NULL, `job_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `job_keys_jobs_keys` FOREIGN KEY (`account_id`, `job_id`) REFERENCES `jobs` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `job_keys_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "jobkey_account_id_job_id_hash" to table: "job_keys"
CREATE UNIQUE INDEX `jobkey_account_id_job_id_hash` ON `job_keys` (`account_id`, `job_id`, `hash`);
