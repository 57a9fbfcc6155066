// Whether a text looks like an email address or a phone number. The server stores other texts, too,
// such as "n/a" instead of a number, but does not find the contact by them.

/** Reports whether the text is blank or looks like an email address. */
export function looksLikeEmail(text: string): boolean {
  return text.trim() === '' || /^[^\s@]+@[^\s@]+\.[^\s@.]+\.?$/.test(text.trim());
}

/** Reports whether the text is blank or has enough digits, or letters of a keypad, for a number. */
export function looksLikePhone(text: string): boolean {
  if (text.trim() === '') return true;
  const digits = text.match(/\p{Nd}/gu)?.length ?? 0;
  return digits >= 3 && /[^0\P{Nd}]/u.test(text);
}
