// Names of browsers, from the User-Agent that they send. Most claim to be others too, so the first
// match counts.
const browsers: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrom(e|ium)\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** Names a browser and its system. A program that is not known keeps its User-Agent. */
export function browserName(agent: string | null): string {
  if (!agent) return 'Unknown browser';
  const browser = firstMatch(browsers, agent);
  if (browser === undefined) return agent;
  const system = firstMatch(systems, agent);
  return system === undefined ? browser : `${browser} on ${system}`;
}

function firstMatch(names: [RegExp, string][], agent: string): string | undefined {
  return names.find(([pattern]) => pattern.test(agent))?.[1];
}
