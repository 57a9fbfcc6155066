-- atlas:additive

-- Add column "trusted_only" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `trusted_only` bool NULL;
-- Add column "api_name" to table: "properties"
ALTER TABLE `properties` ADD COLUMN `api_name` text NULL;
-- Create index "property_account_id_api_name" to table: "properties"
CREATE UNIQUE INDEX `property_account_id_api_name` ON `properties` (`account_id`, `api_name`);
-- Create "external_ids" table
CREATE TABLE `external_ids` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `system` text NOT NULL, `value` text NOT NULL, `contact_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `external_ids_contacts_external_ids` FOREIGN KEY (`account_id`, `contact_id`) REFERENCES `contacts` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `external_ids_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "externalid_account_id_system_value" to table: "external_ids"
CREATE UNIQUE INDEX `externalid_account_id_system_value` ON `external_ids` (`account_id`, `system`, `value`);
-- Create index "externalid_account_id_contact_id" to table: "external_ids"
CREATE INDEX `externalid_account_id_contact_id` ON `external_ids` (`account_id`, `contact_id`);
