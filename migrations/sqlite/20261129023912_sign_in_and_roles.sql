-- atlas:additive

-- Add column "role_id" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `role_id` integer NULL;
-- Add column "segment_id" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `segment_id` integer NULL;
-- Add column "origins" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `origins` json NULL;
-- Add column "enrolling" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `enrolling` bool NULL;
-- Add column "issuer" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `issuer` text NULL;
-- Add column "role_id" to table: "users"
ALTER TABLE `users` ADD COLUMN `role_id` integer NULL;
-- Add column "totp_secret" to table: "users"
ALTER TABLE `users` ADD COLUMN `totp_secret` blob NULL;
-- Add column "totp_pending" to table: "users"
ALTER TABLE `users` ADD COLUMN `totp_pending` blob NULL;
-- Add column "totp_confirmed_at" to table: "users"
ALTER TABLE `users` ADD COLUMN `totp_confirmed_at` datetime NULL;
-- Add column "totp_step" to table: "users"
ALTER TABLE `users` ADD COLUMN `totp_step` integer NULL;
-- Add column "recovery_codes" to table: "users"
ALTER TABLE `users` ADD COLUMN `recovery_codes` json NULL;
-- Add column "second_factor_required" to table: "users"
ALTER TABLE `users` ADD COLUMN `second_factor_required` bool NULL;
-- Add column "provider_allowed" to table: "users"
ALTER TABLE `users` ADD COLUMN `provider_allowed` bool NULL;
-- Create "identities" table
CREATE TABLE `identities` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `issuer` text NOT NULL, `subject` text NOT NULL, `created_at` datetime NOT NULL, `account_id` integer NOT NULL, `user_id` integer NOT NULL, CONSTRAINT `identities_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION, CONSTRAINT `identities_users_identities` FOREIGN KEY (`account_id`, `user_id`) REFERENCES `users` (`account_id`, `id`) ON DELETE CASCADE);
-- Create index "identity_account_id_issuer_subject" to table: "identities"
CREATE UNIQUE INDEX `identity_account_id_issuer_subject` ON `identities` (`account_id`, `issuer`, `subject`);
-- Create index "identity_account_id_user_id" to table: "identities"
CREATE UNIQUE INDEX `identity_account_id_user_id` ON `identities` (`account_id`, `user_id`);
-- Create "roles" table
CREATE TABLE `roles` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `name_key` text NOT NULL, `rights` text NOT NULL, `created_at` datetime NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `roles_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "role_account_id_name_key" to table: "roles"
CREATE UNIQUE INDEX `role_account_id_name_key` ON `roles` (`account_id`, `name_key`);
-- Create "used_states" table
CREATE TABLE `used_states` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `state` blob NOT NULL, `expires_at` datetime NOT NULL);
-- Create index "usedstate_state" to table: "used_states"
CREATE UNIQUE INDEX `usedstate_state` ON `used_states` (`state`);
-- Create index "usedstate_expires_at" to table: "used_states"
CREATE INDEX `usedstate_expires_at` ON `used_states` (`expires_at`);
