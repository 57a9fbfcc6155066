-- atlas:additive

-- Modify "companies" table
ALTER TABLE "companies" ADD COLUMN "number" character varying NULL COLLATE "C", ADD COLUMN "email_domains" character varying NULL COLLATE "C", ADD COLUMN "logo" character varying NULL COLLATE "C", ADD COLUMN "parent_id" bigint NULL, ADD COLUMN "primary_contact_id" bigint NULL, ADD COLUMN "last_modified" timestamptz NULL;
-- Create index "company_account_id_number" to table: "companies"
CREATE UNIQUE INDEX "company_account_id_number" ON "companies" ("account_id", "number");
-- Create index "company_account_id_parent_id" to table: "companies"
CREATE INDEX "company_account_id_parent_id" ON "companies" ("account_id", "parent_id") WHERE (parent_id IS NOT NULL);
-- Create index "company_account_id_primary_contact_id" to table: "companies"
CREATE INDEX "company_account_id_primary_contact_id" ON "companies" ("account_id", "primary_contact_id") WHERE (primary_contact_id IS NOT NULL);
-- Modify "properties" table
ALTER TABLE "properties" ADD COLUMN "label" character varying NULL COLLATE "C";
-- Modify "stores" table
ALTER TABLE "stores" ADD COLUMN "number" character varying NULL COLLATE "C", ADD COLUMN "phone" character varying NULL COLLATE "C", ADD COLUMN "address" character varying NULL COLLATE "C", ADD COLUMN "zip_code" character varying NULL COLLATE "C", ADD COLUMN "city" character varying NULL COLLATE "C", ADD COLUMN "email" character varying NULL COLLATE "C", ADD COLUMN "json_string" character varying NULL COLLATE "C", ADD COLUMN "last_modified" timestamptz NULL;
-- Create index "store_account_id_number" to table: "stores"
CREATE UNIQUE INDEX "store_account_id_number" ON "stores" ("account_id", "number");
