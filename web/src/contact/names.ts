// What a contact is called.

interface Named {
  contactId: number;
  firstName: string | null;
  lastName: string | null;
}

/** The name of a contact; of one without, its number. */
export function nameOf({ contactId, firstName, lastName }: Named): string {
  return [firstName, lastName].filter(Boolean).join(' ') || `Contact ${contactId}`;
}

/** The phone number of a contact with its country code; blank if there is none. */
export function phoneOf({ phone, phoneCountryCode }: { phone: string | null; phoneCountryCode: string | null }): string {
  return [phoneCountryCode && phone && `+${phoneCountryCode.replace(/^\+/, '')}`, phone].filter(Boolean).join(' ');
}
