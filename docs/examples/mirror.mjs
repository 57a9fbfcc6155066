// A mirror of all contacts in a file; docs/feed.md explains it. In a folder with the package of
// clients/typescript, and against the demo server:
//
//   node mirror.mjs contacts.json
//
// It runs until it is stopped. It can be killed at any time: when it is started again, it continues
// where it stopped.
import { readFile, rename, writeFile } from "node:fs/promises";
import { createClient, followChanges, readAll } from "contactgraph-client";
import { parse } from "graphql";

const client = createClient({
  url: `${process.env.CONTACTGRAPH_URL ?? "http://127.0.0.1:8080"}/graphql`,
  headers: { "X-ApiKey": process.env.CONTACTGRAPH_KEY ?? "demo-agent" },
});
const file = process.argv[2] ?? "contacts.json";

// The mirror stores each contact's values by the paths of the change log. Values that are null, false
// or empty are omitted, because a CREATE omits them as well.
function put(values, path, value) {
  if (value === null || value === false || value.length === 0) delete values[path];
  else values[path] = value;
}

const CONTACTS = parse(`query($after: String) { contacts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
  contactId version email phoneCountryCode phone firstName lastName latestPermissionSource limitMailsPermanently
  limitMailsTemporarilyUntil secret registrationDateTime registrationSource registrationIp
  preferredStore { storeId } company { companyId } registrationStore { storeId }
  properties { property { propertyId boundTo } values { value description } } logins { name type } externalIds { system value } segments { segmentId } } } }`);

function contactOf({ contactId, version, preferredStore, company, registrationStore, properties, segments, ...fields }) {
  const values = {};
  for (const [path, value] of Object.entries(fields)) put(values, path, value);
  put(values, "preferredStoreId", preferredStore?.storeId ?? null);
  put(values, "companyId", company?.companyId ?? null);
  put(values, "registrationStoreId", registrationStore?.storeId ?? null);
  put(values, "membership", segments.map((segment) => segment.segmentId));
  for (const { property, values: list } of properties) {
    if (!property.boundTo) put(values, `properties.${property.propertyId}`, list);
  }
  return { version, values };
}

function apply(mirror, { contactId, version, kind, fields }) {
  if (kind === "DELETE" || kind === "ERASE" || kind === "MERGED") {
    delete mirror.contacts[contactId];
    return;
  }
  if (kind === "CREATE") mirror.contacts[contactId] = { values: {} };
  const contact = mirror.contacts[contactId];
  if (!contact) return; // deleted before it was read: the deletion follows
  contact.version = version;
  for (const field of fields) put(contact.values, field.path, field.new);
}

// save writes the contacts and the cursor atomically, so that they match even if the mirror is killed.
async function save(mirror) {
  await writeFile(`${file}.new`, JSON.stringify(mirror), { flush: true });
  await rename(`${file}.new`, file);
}

const mirror = await readFile(file, "utf8").then(JSON.parse, () => ({ contacts: {} }));
let live = false;
const options = { after: mirror.cursor, pageSize: 500, onLive: (open) => (live = open) };
for await (const event of followChanges(client, options)) {
  if (event.type === "reset") {
    // There is no cursor, or it has expired. This event has the end of the log, from which the follower
    // continues: contacts that are written while all are read are in the changes after it.
    mirror.contacts = {};
    for await (const node of readAll(client, CONTACTS, {}, (data) => data.contacts)) mirror.contacts[node.contactId] = contactOf(node);
  } else if (event.type === "change") apply(mirror, event.change);
  mirror.cursor = event.cursor;
  if (live || event.type !== "change") await save(mirror); // while it catches up, only at the end
}
