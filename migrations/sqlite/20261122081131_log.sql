-- atlas:additive

-- Add column "undoes" to table: "changes"
ALTER TABLE `changes` ADD COLUMN `undoes` integer NULL;
-- Add column "cut" to table: "feeds"
ALTER TABLE `feeds` ADD COLUMN `cut` integer NULL;
-- Create "idempotency_keys" table
CREATE TABLE `idempotency_keys` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `actor_kind` text NOT NULL, `actor_id` integer NOT NULL, `key` text NOT NULL, `alias` text NOT NULL, `request_hash` blob NOT NULL, `at` datetime NOT NULL, `outcome` json NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `idempotency_keys_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "idempotencykey_account_id_actor_kind_actor_id_key_alias" to table: "idempotency_keys"
CREATE UNIQUE INDEX `idempotencykey_account_id_actor_kind_actor_id_key_alias` ON `idempotency_keys` (`account_id`, `actor_kind`, `actor_id`, `key`, `alias`);
-- Create index "idempotencykey_account_id_at" to table: "idempotency_keys"
CREATE INDEX `idempotencykey_account_id_at` ON `idempotency_keys` (`account_id`, `at`);
