-- atlas:additive

-- Create index "auditentry_account_id_actor_kind_actor_id_at" to table: "audit_entries"
CREATE INDEX `auditentry_account_id_actor_kind_actor_id_at` ON `audit_entries` (`account_id`, `actor_kind`, `actor_id`, `at`);
