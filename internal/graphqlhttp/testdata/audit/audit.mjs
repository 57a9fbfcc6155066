// Runs the audit of the npm package graphql-http against the server at the URL
// given, prints each finding and the count of audits, and fails on any finding.
// https://github.com/graphql/graphql-http#audits
import { serverAudits } from 'graphql-http';

const [, , url] = process.argv;
const audits = serverAudits({ url, fetchFn: fetch });
let findings = 0;

for (const audit of audits) {
  const { status, reason } = await audit.fn();
  if (status === 'ok') continue;
  findings++;
  console.log(`${status} ${audit.id} ${audit.name}: ${reason}`);
}

console.log(`${audits.length - findings} of ${audits.length} audits passed`);
process.exitCode = findings === 0 ? 0 : 1;
