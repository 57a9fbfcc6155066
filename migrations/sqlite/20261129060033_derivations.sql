-- atlas:additive

-- Create index "contact_without_email_key" to table: "contacts"
CREATE INDEX `contact_without_email_key` ON `contacts` (`account_id`, `id`) WHERE email IS NOT NULL AND email_key IS NULL;
-- Create index "contact_without_phone_key" to table: "contacts"
CREATE INDEX `contact_without_phone_key` ON `contacts` (`account_id`, `id`) WHERE phone IS NOT NULL AND phone_key IS NULL;
-- Create "derivations" table
CREATE TABLE `derivations` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `forms` integer NOT NULL, `country` text NOT NULL DEFAULT (''), `done` integer NULL, `since` datetime NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `derivations_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "derivation_account_id" to table: "derivations"
CREATE UNIQUE INDEX `derivation_account_id` ON `derivations` (`account_id`);
