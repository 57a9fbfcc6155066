-- atlas:additive

-- Create "password_resets" table
CREATE TABLE `password_resets` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `target` blob NOT NULL, `tenant` integer NOT NULL, `login` text NULL, `link` text NULL, `requested_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `next_at` datetime NULL, `attempts` integer NOT NULL, `user_id` integer NULL, `contact_id` integer NULL, `token_hash` blob NULL, `password_state` blob NULL);
-- Create index "passwordreset_target" to table: "password_resets"
CREATE UNIQUE INDEX `passwordreset_target` ON `password_resets` (`target`);
-- Create index "passwordreset_token_hash" to table: "password_resets"
CREATE UNIQUE INDEX `passwordreset_token_hash` ON `password_resets` (`token_hash`);
-- Create index "passwordreset_next_at" to table: "password_resets"
CREATE INDEX `passwordreset_next_at` ON `password_resets` (`next_at`);
-- Create index "passwordreset_expires_at" to table: "password_resets"
CREATE INDEX `passwordreset_expires_at` ON `password_resets` (`expires_at`);
