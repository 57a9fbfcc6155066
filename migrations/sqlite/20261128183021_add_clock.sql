-- atlas:additive

-- Create "clocks" table
CREATE TABLE `clocks` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `at` datetime NOT NULL);
