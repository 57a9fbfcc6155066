-- atlas:additive

-- Drop index "contact_account_id_name_key" from table: "contacts"
DROP INDEX `contact_account_id_name_key`;
-- Drop index "contact_account_id_last_modified" from table: "contacts"
DROP INDEX `contact_account_id_last_modified`;
-- Drop index "contact_account_id_registered_at" from table: "contacts"
DROP INDEX `contact_account_id_registered_at`;
-- Drop index "contact_account_id_preferred_store_id" from table: "contacts"
DROP INDEX `contact_account_id_preferred_store_id`;
-- Drop index "contact_account_id_company_id" from table: "contacts"
DROP INDEX `contact_account_id_company_id`;
-- Drop index "contact_account_id_registration_store_id" from table: "contacts"
DROP INDEX `contact_account_id_registration_store_id`;
-- Create index "contact_account_id_name_key_id" to table: "contacts"
CREATE INDEX `contact_account_id_name_key_id` ON `contacts` (`account_id`, `name_key`, `id`);
-- Create index "contact_account_id_last_modified_id" to table: "contacts"
CREATE INDEX `contact_account_id_last_modified_id` ON `contacts` (`account_id`, `last_modified`, `id`);
-- Create index "contact_account_id_registered_at_id" to table: "contacts"
CREATE INDEX `contact_account_id_registered_at_id` ON `contacts` (`account_id`, `registered_at`, `id`);
-- Create index "contact_account_id_preferred_store_id_id" to table: "contacts"
CREATE INDEX `contact_account_id_preferred_store_id_id` ON `contacts` (`account_id`, `preferred_store_id`, `id`) WHERE preferred_store_id IS NOT NULL;
-- Create index "contact_account_id_company_id_id" to table: "contacts"
CREATE INDEX `contact_account_id_company_id_id` ON `contacts` (`account_id`, `company_id`, `id`) WHERE company_id IS NOT NULL;
-- Create index "contact_account_id_registration_store_id_id" to table: "contacts"
CREATE INDEX `contact_account_id_registration_store_id_id` ON `contacts` (`account_id`, `registration_store_id`, `id`) WHERE registration_store_id IS NOT NULL;
-- Drop index "searchterm_account_id_contact_id" from table: "search_terms"
DROP INDEX `searchterm_account_id_contact_id`;
-- Create index "searchterm_account_id_contact_id_term_kind" to table: "search_terms"
CREATE INDEX `searchterm_account_id_contact_id_term_kind` ON `search_terms` (`account_id`, `contact_id`, `term`, `kind`);
