DELETE FROM `attempts` WHERE `attempts`.`id` <= ?
INSERT INTO `api_keys` (`name`, `role`, `token_hash`, `created_at`, `prefix`, `account_id`) VALUES (?, ?, ?, ?, ?, ?) RETURNING `id`
INSERT INTO `attempts` (`target`, `failures`, `since_success`, `last_at`, `wait_until`) VALUES (?, ?, ?, ?, ?) RETURNING `id`
INSERT INTO `audit_entries` (`action`, `at`, `actor_kind`, `actor_id`, `actor_name`, `address`, `account_id`) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING `id`
INSERT INTO `audit_entries` (`action`, `at`, `actor_kind`, `actor_id`, `actor_name`, `subject_id`, `subject_name`, `details`, `account_id`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING `id`
INSERT INTO `sessions` (`token_hash`, `expires_at`, `created_at`, `last_used_at`, `idle_minutes`, `address`, `agent`, `account_id`, `contact_id`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING `id`
INSERT INTO `sessions` (`token_hash`, `expires_at`, `created_at`, `last_used_at`, `idle_minutes`, `address`, `agent`, `account_id`, `user_id`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING `id`
INSERT INTO `users` (`login`, `login_key`, `name`, `role`, `password_hash`, `created_at`, `account_id`) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING `id`
SELECT `accounts`.`id`, `accounts`.`name`, `accounts`.`name_key`, `accounts`.`settings`, `accounts`.`suspended_at` FROM `accounts` WHERE `accounts`.`id` = ? AND `accounts`.`id` = ? LIMIT 2
SELECT `accounts`.`id`, `accounts`.`name`, `accounts`.`name_key`, `accounts`.`settings`, `accounts`.`suspended_at` FROM `accounts` WHERE `accounts`.`id` = ? LIMIT 2
SELECT `accounts`.`id`, `accounts`.`name`, `accounts`.`name_key`, `accounts`.`settings`, `accounts`.`suspended_at` FROM `accounts` WHERE `accounts`.`id` IN (?)
SELECT `api_keys`.`id`, `api_keys`.`account_id`, `api_keys`.`name`, `api_keys`.`role`, `api_keys`.`token_hash`, `api_keys`.`created_at`, `api_keys`.`created_by`, `api_keys`.`prefix`, `api_keys`.`read_only`, `api_keys`.`addresses`, `api_keys`.`expires_at`, `api_keys`.`last_used_at`, `api_keys`.`revoked_at`, `api_keys`.`successor_id` FROM `api_keys` WHERE `api_keys`.`token_hash` = ? AND `api_keys`.`revoked_at` IS NULL LIMIT 2
SELECT `attempts`.`id`, `attempts`.`target`, `attempts`.`failures`, `attempts`.`since_success`, `attempts`.`last_at`, `attempts`.`wait_until` FROM `attempts` WHERE `attempts`.`target` = ? LIMIT 2
SELECT `attempts`.`id`, `attempts`.`target`, `attempts`.`failures`, `attempts`.`since_success`, `attempts`.`last_at`, `attempts`.`wait_until` FROM `attempts` WHERE `attempts`.`target` IN (?, ?, ?)
SELECT `attempts`.`id`, `attempts`.`target`, `attempts`.`failures`, `attempts`.`since_success`, `attempts`.`last_at`, `attempts`.`wait_until` FROM `attempts` WHERE `attempts`.`target` IN (?, ?, ?) ORDER BY `attempts`.`target` ASC
SELECT `audit_entries`.`id` FROM `audit_entries` WHERE (`audit_entries`.`account_id` = ? AND `audit_entries`.`at` < ?) AND `audit_entries`.`account_id` = ? ORDER BY `audit_entries`.`at` LIMIT 100
SELECT `logins`.`id`, `logins`.`account_id`, `logins`.`contact_id`, `logins`.`name`, `logins`.`name_key`, `logins`.`type` FROM `logins` WHERE ((`logins`.`account_id` = ? AND `logins`.`contact_id` = ?) AND `logins`.`account_id` = ?) AND `logins`.`contact_id` = ?
SELECT `logins`.`id`, `logins`.`account_id`, `logins`.`contact_id`, `logins`.`name`, `logins`.`name_key`, `logins`.`type` FROM `logins` WHERE (`logins`.`account_id` = ? AND `logins`.`contact_id` = ?) AND `logins`.`account_id` = ?
SELECT `sessions`.`id`, `sessions`.`account_id`, `sessions`.`token_hash`, `sessions`.`user_id`, `sessions`.`contact_id`, `sessions`.`expires_at`, `sessions`.`created_at`, `sessions`.`last_used_at`, `sessions`.`idle_minutes`, `sessions`.`address`, `sessions`.`agent` FROM `sessions` WHERE (`sessions`.`account_id` = ? AND `sessions`.`token_hash` = ?) AND `sessions`.`account_id` = ? LIMIT 2
SELECT `users`.`id`, `users`.`account_id`, `users`.`login`, `users`.`login_key`, `users`.`name`, `users`.`role`, `users`.`password_hash`, `users`.`created_at`, `users`.`disabled_at`, `users`.`last_sign_in_at` FROM `users` WHERE (`users`.`account_id` = ? AND `users`.`login_key` = ?) AND `users`.`account_id` = ? LIMIT 2
SELECT `users`.`id`, `users`.`name`, `users`.`role`, `users`.`disabled_at` FROM `users` WHERE (`users`.`account_id` = ? AND `users`.`id` IN (?)) AND `users`.`account_id` = ?
UPDATE `api_keys` SET `last_used_at` = ? WHERE (`api_keys`.`account_id` = ? AND `api_keys`.`id` = ?) AND `api_keys`.`account_id` = ?
UPDATE `attempts` SET `failures` = ?, `last_at` = ?, `wait_until` = ? WHERE `attempts`.`id` = ?
UPDATE `attempts` SET `failures` = ?, `since_success` = ?, `wait_until` = ? WHERE `attempts`.`id` = ?
UPDATE `attempts` SET `failures` = ?, `wait_until` = ? WHERE `attempts`.`id` = ?
UPDATE `users` SET `last_sign_in_at` = ? WHERE (`users`.`account_id` = ? AND `users`.`id` = ?) AND `users`.`account_id` = ?
