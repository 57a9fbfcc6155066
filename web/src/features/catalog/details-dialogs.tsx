import { useQuery } from '@apollo/client/react';
import { QueryResult } from '../../components/query-result';
import { useCommand } from '../../components/use-command';
import {
  CompanyDetailsDocument,
  StoreDetailsDocument,
  UpdateCompanyDocument,
  UpdateStoreDocument,
} from '../../gql';
import { lengths } from '../../gql/lengths';
import { useSession } from '../session/session';
import { type DetailField, DetailsForm } from './details-form';

interface DetailsDialogProps {
  id: number;
  name: string;
  onClose: () => void;
}

const storeLengths = lengths.UpdateStoreInput;
const storeFields: DetailField[] = [
  { name: 'number', label: 'Number', maxLength: storeLengths.number },
  { name: 'phone', label: 'Phone', maxLength: storeLengths.phone },
  { name: 'address', label: 'Address', maxLength: storeLengths.address },
  { name: 'zipCode', label: 'Postal code', maxLength: storeLengths.zipCode },
  { name: 'city', label: 'City', maxLength: storeLengths.city },
  { name: 'email', label: 'Email', maxLength: storeLengths.email },
  {
    name: 'jsonString',
    label: 'Text for programs',
    description: 'Programs that use the APIs can store any text here, such as JSON.',
    maxLength: storeLengths.jsonString,
    multiline: true,
  },
];

/** Edits the fields of a store apart from its name. */
export function StoreDialog({ id, name, onClose }: DetailsDialogProps) {
  const result = useQuery(StoreDetailsDocument, { fetchPolicy: 'network-only' });
  const command = useCommand();
  return (
    <QueryResult what="The store" result={result}>
      {({ stores }) => {
        const store = stores.find(({ storeId }) => storeId === id);
        return (
          <DetailsForm
            title={`Details of ${name}`}
            fields={storeFields}
            values={textsOf({
              number: store?.number,
              phone: store?.phone,
              address: store?.address,
              zipCode: store?.zipCode,
              city: store?.city,
              email: store?.email,
              jsonString: store?.jsonString,
            })}
            command={command}
            onSave={async (changed) => {
              const input = { id: String(id), ...changed };
              if (await command.run('saved', UpdateStoreDocument, { input })) onClose();
            }}
            onClose={onClose}
          />
        );
      }}
    </QueryResult>
  );
}

/** Edits the fields of a company apart from its name. */
export function CompanyDialog({ id, name, onClose }: DetailsDialogProps) {
  const { catalog } = useSession();
  const result = useQuery(CompanyDetailsDocument, { fetchPolicy: 'network-only' });
  const command = useCommand();
  const others = new Map([...catalog.companies].filter(([other]) => other !== id));
  const { number, emailDomains, logo } = lengths.UpdateCompanyInput;
  const fields: DetailField[] = [
    { name: 'number', label: 'Number', maxLength: number },
    { name: 'parentId', label: 'Parent company', options: others },
    {
      name: 'primaryContactId',
      label: 'Primary contact',
      description: 'The number of a contact.',
    },
    {
      name: 'emailDomains',
      label: 'Email domains',
      description: 'Separated by commas.',
      maxLength: emailDomains,
    },
    { name: 'logo', label: 'Logo', maxLength: logo },
  ];
  return (
    <QueryResult what="The company" result={result}>
      {({ companies }) => {
        const company = companies?.find(({ companyId }) => companyId === id);
        return (
          <DetailsForm
            title={`Details of ${name}`}
            fields={fields}
            values={textsOf({
              number: company?.number,
              parentId: company?.parent?.companyId,
              primaryContactId: company?.primaryContact?.contactId,
              emailDomains: company?.emailDomains,
              logo: company?.logo,
            })}
            command={command}
            onSave={async (changed) => {
              const input = { id: String(id), ...changed };
              if (await command.run('saved', UpdateCompanyDocument, { input })) onClose();
            }}
            onClose={onClose}
          />
        );
      }}
    </QueryResult>
  );
}

/** The values as texts: empty for those that are null. */
function textsOf(values: Record<string, string | number | null | undefined>) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, String(value ?? '')]),
  );
}
