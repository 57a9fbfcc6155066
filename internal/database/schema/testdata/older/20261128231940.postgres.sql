DELETE FROM "attempts" WHERE "attempts"."id" <= $1
INSERT INTO "api_keys" ("name", "role", "token_hash", "created_at", "prefix", "account_id") VALUES ($1, $2, $3, $4, $5, $6) RETURNING "id"
INSERT INTO "attempts" ("target", "failures", "since_success", "last_at", "wait_until") VALUES ($1, $2, $3, $4, $5) RETURNING "id"
INSERT INTO "audit_entries" ("action", "at", "actor_kind", "actor_id", "actor_name", "address", "account_id") VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING "id"
INSERT INTO "audit_entries" ("action", "at", "actor_kind", "actor_id", "actor_name", "subject_id", "subject_name", "details", "account_id") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING "id"
INSERT INTO "sessions" ("token_hash", "expires_at", "created_at", "last_used_at", "idle_minutes", "address", "agent", "account_id", "contact_id") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING "id"
INSERT INTO "sessions" ("token_hash", "expires_at", "created_at", "last_used_at", "idle_minutes", "address", "agent", "account_id", "user_id") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING "id"
INSERT INTO "users" ("login", "login_key", "name", "role", "password_hash", "created_at", "account_id") VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING "id"
SELECT "accounts"."id", "accounts"."name", "accounts"."name_key", "accounts"."settings", "accounts"."suspended_at" FROM "accounts" WHERE "accounts"."id" = $1 AND "accounts"."id" = $2 LIMIT 2
SELECT "accounts"."id", "accounts"."name", "accounts"."name_key", "accounts"."settings", "accounts"."suspended_at" FROM "accounts" WHERE "accounts"."id" = $1 LIMIT 2
SELECT "accounts"."id", "accounts"."name", "accounts"."name_key", "accounts"."settings", "accounts"."suspended_at" FROM "accounts" WHERE "accounts"."id" = $1 LIMIT 2 FOR SHARE
SELECT "accounts"."id", "accounts"."name", "accounts"."name_key", "accounts"."settings", "accounts"."suspended_at" FROM "accounts" WHERE "accounts"."id" IN ($1)
SELECT "api_keys"."id", "api_keys"."account_id", "api_keys"."name", "api_keys"."role", "api_keys"."token_hash", "api_keys"."created_at", "api_keys"."created_by", "api_keys"."prefix", "api_keys"."read_only", "api_keys"."addresses", "api_keys"."expires_at", "api_keys"."last_used_at", "api_keys"."revoked_at", "api_keys"."successor_id" FROM "api_keys" WHERE "api_keys"."token_hash" = $1 AND "api_keys"."revoked_at" IS NULL LIMIT 2
SELECT "attempts"."id", "attempts"."target", "attempts"."failures", "attempts"."since_success", "attempts"."last_at", "attempts"."wait_until" FROM "attempts" WHERE "attempts"."target" = $1 LIMIT 2 FOR UPDATE
SELECT "attempts"."id", "attempts"."target", "attempts"."failures", "attempts"."since_success", "attempts"."last_at", "attempts"."wait_until" FROM "attempts" WHERE "attempts"."target" IN ($1, $2, $3)
SELECT "attempts"."id", "attempts"."target", "attempts"."failures", "attempts"."since_success", "attempts"."last_at", "attempts"."wait_until" FROM "attempts" WHERE "attempts"."target" IN ($1, $2, $3) ORDER BY "attempts"."target" ASC
SELECT "attempts"."id", "attempts"."target", "attempts"."failures", "attempts"."since_success", "attempts"."last_at", "attempts"."wait_until" FROM "attempts" WHERE "attempts"."target" IN ($1, $2, $3) ORDER BY "attempts"."target" ASC FOR UPDATE
SELECT "audit_entries"."id" FROM "audit_entries" WHERE ("audit_entries"."account_id" = $1 AND "audit_entries"."at" < $2) AND "audit_entries"."account_id" = $3 ORDER BY "audit_entries"."at" LIMIT 100
SELECT "contacts"."id", "contacts"."password_hash" FROM "contacts" WHERE ("contacts"."account_id" = $1 AND "contacts"."id" = $2) AND "contacts"."account_id" = $3 LIMIT 2 FOR UPDATE
SELECT "logins"."id", "logins"."account_id", "logins"."contact_id", "logins"."name", "logins"."name_key", "logins"."type" FROM "logins" WHERE ("logins"."account_id" = $1 AND "logins"."contact_id" = $2) AND "logins"."account_id" = $3
SELECT "logins"."id", "logins"."account_id", "logins"."contact_id", "logins"."name", "logins"."name_key", "logins"."type" FROM "logins" WHERE (("logins"."account_id" = $1 AND "logins"."contact_id" = $2) AND "logins"."account_id" = $3) AND "logins"."contact_id" = $4
SELECT "sessions"."id", "sessions"."account_id", "sessions"."token_hash", "sessions"."user_id", "sessions"."contact_id", "sessions"."expires_at", "sessions"."created_at", "sessions"."last_used_at", "sessions"."idle_minutes", "sessions"."address", "sessions"."agent" FROM "sessions" WHERE ("sessions"."account_id" = $1 AND "sessions"."token_hash" = $2) AND "sessions"."account_id" = $3 LIMIT 2
SELECT "users"."id", "users"."account_id", "users"."login", "users"."login_key", "users"."name", "users"."role", "users"."password_hash", "users"."created_at", "users"."disabled_at", "users"."last_sign_in_at" FROM "users" WHERE ("users"."account_id" = $1 AND "users"."login_key" = $2) AND "users"."account_id" = $3 LIMIT 2
SELECT "users"."id", "users"."account_id", "users"."login", "users"."login_key", "users"."name", "users"."role", "users"."password_hash", "users"."created_at", "users"."disabled_at", "users"."last_sign_in_at" FROM "users" WHERE ("users"."account_id" = $1 AND "users"."login_key" = $2) AND "users"."account_id" = $3 LIMIT 2 FOR UPDATE
SELECT "users"."id", "users"."name", "users"."role", "users"."disabled_at" FROM "users" WHERE ("users"."account_id" = $1 AND "users"."id" IN ($2)) AND "users"."account_id" = $3
UPDATE "api_keys" SET "last_used_at" = $1 WHERE ("api_keys"."account_id" = $2 AND "api_keys"."id" = $3) AND "api_keys"."account_id" = $4
UPDATE "attempts" SET "failures" = $1, "last_at" = $2, "wait_until" = $3 WHERE "attempts"."id" = $4
UPDATE "attempts" SET "failures" = $1, "since_success" = $2, "wait_until" = $3 WHERE "attempts"."id" = $4
UPDATE "attempts" SET "failures" = $1, "wait_until" = $2 WHERE "attempts"."id" = $3
UPDATE "users" SET "last_sign_in_at" = $1 WHERE ("users"."account_id" = $2 AND "users"."id" = $3) AND "users"."account_id" = $4
