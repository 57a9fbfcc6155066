-- atlas:additive

-- Create "duplicate_keys" table
CREATE TABLE `duplicate_keys` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `hash` integer NOT NULL, `contact_id` integer NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `duplicate_keys_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "duplicatekey_account_id_hash_contact_id" to table: "duplicate_keys"
CREATE UNIQUE INDEX `duplicatekey_account_id_hash_contact_id` ON `duplicate_keys` (`account_id`, `hash`, `contact_id`);
-- Create "duplicate_pairs" table
CREATE TABLE `duplicate_pairs` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `contact_id` integer NOT NULL, `other_id` integer NOT NULL, `score` integer NOT NULL, `reasons` text NOT NULL, `dismissed` bool NOT NULL DEFAULT (false), `account_id` integer NOT NULL, CONSTRAINT `duplicate_pairs_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "duplicatepair_account_id_contact_id_other_id" to table: "duplicate_pairs"
CREATE UNIQUE INDEX `duplicatepair_account_id_contact_id_other_id` ON `duplicate_pairs` (`account_id`, `contact_id`, `other_id`);
-- Create index "duplicatepair_account_id_other_id" to table: "duplicate_pairs"
CREATE INDEX `duplicatepair_account_id_other_id` ON `duplicate_pairs` (`account_id`, `other_id`);
-- Create index "duplicatepair_account_id_dismissed_score_id" to table: "duplicate_pairs"
CREATE INDEX `duplicatepair_account_id_dismissed_score_id` ON `duplicate_pairs` (`account_id`, `dismissed`, `score`, `id`);
-- Create "duplicate_profiles" table
CREATE TABLE `duplicate_profiles` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `contact_id` integer NOT NULL, `keys` blob NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `duplicate_profiles_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "duplicateprofile_account_id_contact_id" to table: "duplicate_profiles"
CREATE UNIQUE INDEX `duplicateprofile_account_id_contact_id` ON `duplicate_profiles` (`account_id`, `contact_id`);
-- Create "duplicate_states" table
CREATE TABLE `duplicate_states` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `seq` integer NOT NULL, `profiled` integer NULL, `compared` integer NULL, `holder` text NOT NULL DEFAULT (''), `lease` datetime NOT NULL, `account_id` integer NOT NULL, CONSTRAINT `duplicate_states_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "duplicatestate_account_id" to table: "duplicate_states"
CREATE UNIQUE INDEX `duplicatestate_account_id` ON `duplicate_states` (`account_id`);
