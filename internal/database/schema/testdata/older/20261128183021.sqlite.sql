SELECT `accounts`.`id` FROM `accounts`
