-- atlas:additive

-- Add column "created_by" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `created_by` text NULL;
-- Add column "prefix" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `prefix` text NULL;
-- Add column "read_only" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `read_only` bool NULL;
-- Add column "addresses" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `addresses` json NULL;
-- Add column "expires_at" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `expires_at` datetime NULL;
-- Add column "last_used_at" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `last_used_at` datetime NULL;
-- Add column "revoked_at" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `revoked_at` datetime NULL;
-- Add column "successor_id" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `successor_id` integer NULL;
-- Add column "settings" to table: "accounts"
ALTER TABLE `accounts` ADD COLUMN `settings` json NULL;
-- Add column "suspended_at" to table: "accounts"
ALTER TABLE `accounts` ADD COLUMN `suspended_at` datetime NULL;
-- Add column "created_at" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `created_at` datetime NULL;
-- Add column "last_used_at" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `last_used_at` datetime NULL;
-- Add column "idle_minutes" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `idle_minutes` integer NULL;
-- Add column "address" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `address` text NULL;
-- Add column "agent" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `agent` text NULL;
-- Add column "created_at" to table: "users"
ALTER TABLE `users` ADD COLUMN `created_at` datetime NULL;
-- Add column "disabled_at" to table: "users"
ALTER TABLE `users` ADD COLUMN `disabled_at` datetime NULL;
-- Add column "last_sign_in_at" to table: "users"
ALTER TABLE `users` ADD COLUMN `last_sign_in_at` datetime NULL;
-- Create "attempts" table
CREATE TABLE `attempts` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `target` blob NOT NULL, `failures` integer NOT NULL, `since_success` integer NOT NULL, `last_at` datetime NOT NULL, `wait_until` datetime NOT NULL);
-- Create index "attempt_target" to table: "attempts"
CREATE UNIQUE INDEX `attempt_target` ON `attempts` (`target`);
-- Create "audit_entries" table
CREATE TABLE `audit_entries` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `action` text NOT NULL, `at` datetime NOT NULL, `actor_kind` text NULL, `actor_id` integer NULL, `actor_name` text NULL, `address` text NULL, `subject_id` integer NULL, `subject_name` text NULL, `details` json NULL, `account_id` integer NOT NULL, CONSTRAINT `audit_entries_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "auditentry_account_id_at" to table: "audit_entries"
CREATE INDEX `auditentry_account_id_at` ON `audit_entries` (`account_id`, `at`);
