// What the clients share: what they are started with, what they ask for, and how they tell what they have received.
// They follow the log from a cursor, lose their connection half-way, and go on from the last change until they have all.
export const [, , url, key, after, count] = process.argv;

export const document = `subscription Follow($after: String) {
  contactChanges(after: $after) { cursor contactId version kind fields { path old new } }
}`;

const total = Number(count);
let told = 0;

// take tells a change, and answers whether it was the last one before the connection is to be lost, or the last of all.
export function take(change) {
  console.log(JSON.stringify(change));
  told++;
  return { lose: told === Math.floor(total / 2), done: told === total };
}
