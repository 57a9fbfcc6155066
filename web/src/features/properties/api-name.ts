import { lengths } from '../../gql/lengths';

/** Suggests an API name for a property, in camel case; '' if its name has no letters of ASCII. */
export function suggestApiName(name: string): string {
  const words =
    name
      .replaceAll('ß', 'ss')
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .match(/[A-Za-z0-9]+/g) ?? [];
  return words
    .map((word, i) => (i === 0 ? lowerFirst(word) : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
    .replace(/^\d+/, '')
    .slice(0, lengths.CreatePropertyInput.apiName);
}

function lowerFirst(word: string): string {
  const acronym = word === word.toUpperCase();
  return acronym ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1);
}
