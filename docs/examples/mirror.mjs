// A mirror of all contacts in a file; docs/feed.md explains it. Against the demo server:
//
//   node docs/examples/mirror.mjs contacts.json
//
// It runs until it is stopped. It can be killed at any time: when it is started again, it continues
// where it stopped.
import { readFile, rename, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const url = process.env.CONTACTGRAPH_URL ?? "http://127.0.0.1:8080";
const apiKey = process.env.CONTACTGRAPH_KEY ?? "demo-agent";
const file = process.argv[2] ?? "contacts.json";

function post(query, variables, accept) {
  return fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-ApiKey": apiKey, Accept: accept },
    body: JSON.stringify({ query, variables }),
  });
}

function dataOf({ data, errors }) {
  if (errors) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code });
  return data;
}

const send = async (query, variables) => dataOf(await (await post(query, variables, "application/json")).json());

// subscribe yields the results of a subscription until the stream ends.
async function* subscribe(query, variables) {
  const response = await post(query, variables, "text/event-stream");
  if (!response.headers.get("Content-Type").startsWith("text/event-stream")) dataOf(await response.json());
  let unread = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (unread + chunk).split("\n");
    unread = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data: {")) yield dataOf(JSON.parse(line.slice("data: ".length)));
    }
  }
}

// The mirror stores each contact's values by the paths of the change log. Values that are null, false
// or empty are omitted, because a CREATE omits them as well.
function put(values, path, value) {
  if (value === null || value === false || value.length === 0) delete values[path];
  else values[path] = value;
}

const CONTACTS = `query($after: String) { contacts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
  contactId version email phoneCountryCode phone firstName lastName latestPermissionSource limitMailsPermanently
  limitMailsTemporarilyUntil secret registrationDateTime registrationSource registrationIp
  preferredStore { storeId } company { companyId } registrationStore { storeId }
  properties { property { propertyId boundTo } values { value description } } logins { name type } segments { segmentId } } } }`;

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

// readAll reads all contacts. It requests the end of the log first: contacts that are written while it
// reads are in the changes after that cursor.
async function readAll() {
  const mirror = { cursor: (await send("{ contactChanges(first: 0) { lastCursor } }")).contactChanges.lastCursor, contacts: {} };
  for (let page = { hasNextPage: true, endCursor: null }; page.hasNextPage; ) {
    const { nodes, pageInfo } = (await send(CONTACTS, { after: page.endCursor })).contacts;
    for (const node of nodes) mirror.contacts[node.contactId] = contactOf(node);
    page = pageInfo;
  }
  return mirror;
}

const CHANGE = "cursor contactId version kind fields { path new }";

function apply(mirror, { cursor, contactId, version, kind, fields }) {
  mirror.cursor = cursor;
  if (kind === "DELETE" || kind === "ERASE") {
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

async function catchUp(mirror) {
  for (let more = true; more; ) {
    const { contactChanges: page } = await send(
      `query($after: String) { contactChanges(after: $after, first: 1000) { changes { ${CHANGE} } endCursor hasMore } }`,
      { after: mirror.cursor },
    );
    for (const change of page.changes) apply(mirror, change);
    mirror.cursor = page.endCursor;
    more = page.hasMore;
    await save(mirror);
  }
}

async function follow(mirror) {
  const stream = subscribe(`subscription($after: String) { contactChanges(after: $after) { ${CHANGE} } }`, { after: mirror.cursor });
  for await (const { contactChanges: change } of stream) {
    apply(mirror, change);
    await save(mirror);
  }
}

let mirror = await readFile(file, "utf8").then(JSON.parse, () => null);
for (;;) {
  try {
    mirror ??= await readAll();
    await catchUp(mirror);
    await follow(mirror);
  } catch (err) {
    console.error(err.code ?? "", err.message);
    if (err.code === "CURSOR_EXPIRED") mirror = null;
  }
  await sleep(1000);
}
