-- atlas:additive

-- Add column "number" to table: "companies"
ALTER TABLE `companies` ADD COLUMN `number` text NULL;
-- Add column "email_domains" to table: "companies"
ALTER TABLE `companies` ADD COLUMN `email_domains` text NULL;
-- Add column "logo" to table: "companies"
ALTER TABLE `companies` ADD COLUMN `logo` text NULL;
-- Add column "parent_id" to table: "companies"
ALTER TABLE `companies` ADD COLUMN `parent_id` integer NULL;
-- Add column "primary_contact_id" to table: "companies"
ALTER TABLE `companies` ADD COLUMN `primary_contact_id` integer NULL;
-- Add column "last_modified" to table: "companies"
ALTER TABLE `companies` ADD COLUMN `last_modified` datetime NULL;
-- Create index "company_account_id_number" to table: "companies"
CREATE UNIQUE INDEX `company_account_id_number` ON `companies` (`account_id`, `number`);
-- Create index "company_account_id_parent_id" to table: "companies"
CREATE INDEX `company_account_id_parent_id` ON `companies` (`account_id`, `parent_id`) WHERE parent_id IS NOT NULL;
-- Create index "company_account_id_primary_contact_id" to table: "companies"
CREATE INDEX `company_account_id_primary_contact_id` ON `companies` (`account_id`, `primary_contact_id`) WHERE primary_contact_id IS NOT NULL;
-- Add column "label" to table: "properties"
ALTER TABLE `properties` ADD COLUMN `label` text NULL;
-- Add column "number" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `number` text NULL;
-- Add column "phone" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `phone` text NULL;
-- Add column "address" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `address` text NULL;
-- Add column "zip_code" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `zip_code` text NULL;
-- Add column "city" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `city` text NULL;
-- Add column "email" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `email` text NULL;
-- Add column "json_string" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `json_string` text NULL;
-- Add column "last_modified" to table: "stores"
ALTER TABLE `stores` ADD COLUMN `last_modified` datetime NULL;
-- Create index "store_account_id_number" to table: "stores"
CREATE UNIQUE INDEX `store_account_id_number` ON `stores` (`account_id`, `number`);
