-- Create "api_keys" table
CREATE TABLE `api_keys` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `role` text NOT NULL, `token_hash` blob NOT NULL, `created_at` datetime NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `api_keys_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "apikey_token_hash" to table: "api_keys"
CREATE UNIQUE INDEX `apikey_token_hash` ON `api_keys` (`token_hash`);
-- Create "accounts" table
CREATE TABLE `accounts` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `name_key` text NOT NULL);
-- Create index "account_name_key" to table: "accounts"
CREATE UNIQUE INDEX `account_name_key` ON `accounts` (`name_key`);
-- Create "changes" table
CREATE TABLE `changes` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `seq` integer NOT NULL, `contact_id` integer NOT NULL, `version` integer NOT NULL, `kind` text NOT NULL, `actor_kind` text NOT NULL, `actor_id` integer NOT NULL, `actor_name` text NOT NULL, `source` text NOT NULL, `at` datetime NOT NULL, `fields` json NOT NULL, `idempotency_key` text NULL, `request_hash` blob NULL, `account_id` integer NOT NULL, CONSTRAINT `changes_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "change_account_id_seq" to table: "changes"
CREATE UNIQUE INDEX `change_account_id_seq` ON `changes` (`account_id`, `seq`);
-- Create index "change_account_id_contact_id_version" to table: "changes"
CREATE UNIQUE INDEX `change_account_id_contact_id_version` ON `changes` (`account_id`, `contact_id`, `version`);
-- Create "companies" table
CREATE TABLE `companies` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `companies_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "companies_account_id_id" to table: "companies"
CREATE UNIQUE INDEX `companies_account_id_id` ON `companies` (`account_id`, `id`);
-- Create "contacts" table
CREATE TABLE `contacts` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `secret` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `registered_at` datetime NOT NULL, `registration_source` text NOT NULL, `registration_ip` text NOT NULL, `last_modified` datetime NOT NULL, `email` text NULL, `email_key` text NULL, `phone_country_code` text NULL, `phone` text NULL, `phone_key` text NULL, `first_name` text NULL, `last_name` text NULL, `name_key` text NOT NULL DEFAULT (''), `limit_mails_permanently` bool NOT NULL DEFAULT (false), `limit_mails_temporarily_until` datetime NULL, `latest_permission_source` text NULL, `password_hash` text NULL, `account_id` integer NOT NULL, `registration_store_id` integer NULL, `preferred_store_id` integer NULL, `company_id` integer NULL, CONSTRAINT `contacts_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION, CONSTRAINT `contacts_stores_registration_store` FOREIGN KEY (`account_id`, `registration_store_id`) REFERENCES `stores` (`account_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `contacts_stores_preferred_store` FOREIGN KEY (`account_id`, `preferred_store_id`) REFERENCES `stores` (`account_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `contacts_companies_company` FOREIGN KEY (`account_id`, `company_id`) REFERENCES `companies` (`account_id`, `id`) ON DELETE NO ACTION);
-- Create index "contact_account_id_secret" to table: "contacts"
CREATE UNIQUE INDEX `contact_account_id_secret` ON `contacts` (`account_id`, `secret`);
-- Create index "contact_account_id_email_key" to table: "contacts"
CREATE UNIQUE INDEX `contact_account_id_email_key` ON `contacts` (`account_id`, `email_key`);
-- Create index "contact_account_id_phone_key" to table: "contacts"
CREATE UNIQUE INDEX `contact_account_id_phone_key` ON `contacts` (`account_id`, `phone_key`);
-- Create index "contact_account_id_name_key" to table: "contacts"
CREATE INDEX `contact_account_id_name_key` ON `contacts` (`account_id`, `name_key`);
-- Create index "contact_account_id_last_modified" to table: "contacts"
CREATE INDEX `contact_account_id_last_modified` ON `contacts` (`account_id`, `last_modified`);
-- Create index "contact_account_id_registered_at" to table: "contacts"
CREATE INDEX `contact_account_id_registered_at` ON `contacts` (`account_id`, `registered_at`);
-- Create index "contact_account_id_preferred_store_id" to table: "contacts"
CREATE INDEX `contact_account_id_preferred_store_id` ON `contacts` (`account_id`, `preferred_store_id`);
-- Create index "contact_account_id_company_id" to table: "contacts"
CREATE INDEX `contact_account_id_company_id` ON `contacts` (`account_id`, `company_id`);
-- Create index "contact_account_id_registration_store_id" to table: "contacts"
CREATE INDEX `contact_account_id_registration_store_id` ON `contacts` (`account_id`, `registration_store_id`);
-- Create index "contacts_account_id_id" to table: "contacts"
CREATE UNIQUE INDEX `contacts_account_id_id` ON `contacts` (`account_id`, `id`);
-- Create "feeds" table
CREATE TABLE `feeds` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `seq` integer NOT NULL DEFAULT (0), `account_id` integer NOT NULL, CONSTRAINT `feeds_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "feed_account_id" to table: "feeds"
CREATE UNIQUE INDEX `feed_account_id` ON `feeds` (`account_id`);
-- Create "logins" table
CREATE TABLE `logins` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `name_key` text NOT NULL, `type` text NOT NULL, `contact_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `logins_contacts_logins` FOREIGN KEY (`account_id`, `contact_id`) REFERENCES `contacts` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `logins_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "login_account_id_name_key" to table: "logins"
CREATE UNIQUE INDEX `login_account_id_name_key` ON `logins` (`account_id`, `name_key`);
-- Create index "login_account_id_contact_id" to table: "logins"
CREATE INDEX `login_account_id_contact_id` ON `logins` (`account_id`, `contact_id`);
-- Create "memberships" table
CREATE TABLE `memberships` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `contact_id` integer NOT NULL, `account_id` integer NOT NULL, `segment_id` integer NOT NULL, CONSTRAINT `memberships_contacts_memberships` FOREIGN KEY (`account_id`, `contact_id`) REFERENCES `contacts` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `memberships_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION, CONSTRAINT `memberships_segments_segment` FOREIGN KEY (`account_id`, `segment_id`) REFERENCES `segments` (`account_id`, `id`) ON DELETE NO ACTION);
-- Create index "membership_account_id_contact_id_segment_id" to table: "memberships"
CREATE UNIQUE INDEX `membership_account_id_contact_id_segment_id` ON `memberships` (`account_id`, `contact_id`, `segment_id`);
-- Create index "membership_account_id_segment_id_contact_id" to table: "memberships"
CREATE INDEX `membership_account_id_segment_id_contact_id` ON `memberships` (`account_id`, `segment_id`, `contact_id`);
-- Create "properties" table
CREATE TABLE `properties` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `name_key` text NOT NULL, `type` text NOT NULL, `multiple` bool NOT NULL DEFAULT (false), `required` bool NOT NULL DEFAULT (false), `read_only` bool NOT NULL DEFAULT (false), `choices` json NULL, `bound` text NULL, `account_id` integer NOT NULL, CONSTRAINT `properties_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "property_account_id_name_key" to table: "properties"
CREATE UNIQUE INDEX `property_account_id_name_key` ON `properties` (`account_id`, `name_key`);
-- Create index "property_account_id_bound" to table: "properties"
CREATE UNIQUE INDEX `property_account_id_bound` ON `properties` (`account_id`, `bound`);
-- Create index "properties_account_id_id" to table: "properties"
CREATE UNIQUE INDEX `properties_account_id_id` ON `properties` (`account_id`, `id`);
-- Create "property_values" table
CREATE TABLE `property_values` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `position` integer NOT NULL, `value` text NOT NULL, `description` text NULL, `contact_id` integer NOT NULL, `property_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `property_values_contacts_values` FOREIGN KEY (`account_id`, `contact_id`) REFERENCES `contacts` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `property_values_properties_values` FOREIGN KEY (`account_id`, `property_id`) REFERENCES `properties` (`account_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `property_values_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "propertyvalue_account_id_contact_id_property_id_position" to table: "property_values"
CREATE UNIQUE INDEX `propertyvalue_account_id_contact_id_property_id_position` ON `property_values` (`account_id`, `contact_id`, `property_id`, `position`);
-- Create index "propertyvalue_account_id_property_id" to table: "property_values"
CREATE INDEX `propertyvalue_account_id_property_id` ON `property_values` (`account_id`, `property_id`);
-- Create "search_terms" table
CREATE TABLE `search_terms` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `kind` text NOT NULL, `term` text NOT NULL, `contact_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `search_terms_contacts_terms` FOREIGN KEY (`account_id`, `contact_id`) REFERENCES `contacts` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `search_terms_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "searchterm_account_id_term_contact_id_kind" to table: "search_terms"
CREATE UNIQUE INDEX `searchterm_account_id_term_contact_id_kind` ON `search_terms` (`account_id`, `term`, `contact_id`, `kind`);
-- Create index "searchterm_account_id_contact_id" to table: "search_terms"
CREATE INDEX `searchterm_account_id_contact_id` ON `search_terms` (`account_id`, `contact_id`);
-- Create "segments" table
CREATE TABLE `segments` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `segments_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "segments_account_id_id" to table: "segments"
CREATE UNIQUE INDEX `segments_account_id_id` ON `segments` (`account_id`, `id`);
-- Create "sessions" table
CREATE TABLE `sessions` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `token_hash` blob NOT NULL, `expires_at` datetime NOT NULL, `contact_id` integer NULL, `account_id` integer NOT NULL, `user_id` integer NULL, CONSTRAINT `sessions_contacts_sessions` FOREIGN KEY (`account_id`, `contact_id`) REFERENCES `contacts` (`account_id`, `id`) ON DELETE CASCADE, CONSTRAINT `sessions_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION, CONSTRAINT `sessions_users_sessions` FOREIGN KEY (`account_id`, `user_id`) REFERENCES `users` (`account_id`, `id`) ON DELETE CASCADE);
-- Create index "session_account_id_token_hash" to table: "sessions"
CREATE UNIQUE INDEX `session_account_id_token_hash` ON `sessions` (`account_id`, `token_hash`);
-- Create index "session_account_id_contact_id" to table: "sessions"
CREATE INDEX `session_account_id_contact_id` ON `sessions` (`account_id`, `contact_id`);
-- Create index "session_account_id_user_id" to table: "sessions"
CREATE INDEX `session_account_id_user_id` ON `sessions` (`account_id`, `user_id`);
-- Create index "session_account_id_expires_at" to table: "sessions"
CREATE INDEX `session_account_id_expires_at` ON `sessions` (`account_id`, `expires_at`);
-- Create "stores" table
CREATE TABLE `stores` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `stores_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "stores_account_id_id" to table: "stores"
CREATE UNIQUE INDEX `stores_account_id_id` ON `stores` (`account_id`, `id`);
-- Create "users" table
CREATE TABLE `users` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `login` text NOT NULL, `login_key` text NOT NULL, `name` text NOT NULL, `role` text NOT NULL, `password_hash` text NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `users_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "user_account_id_login_key" to table: "users"
CREATE UNIQUE INDEX `user_account_id_login_key` ON `users` (`account_id`, `login_key`);
-- Create index "users_account_id_id" to table: "users"
CREATE UNIQUE INDEX `users_account_id_id` ON `users` (`account_id`, `id`);
