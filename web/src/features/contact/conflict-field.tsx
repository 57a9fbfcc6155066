import type { ComparisonPartsFragment } from '../../gql';
import { actorName, formatTime } from '../../lib/format';
import type { Field } from '../contact-fields/fields';
import { formatValue } from '../contact-fields/format-value';
import type { Value } from '../contact-fields/values';
import { useSession } from '../session/session';
import classes from './conflict-dialog.module.css';

/** Whose value a field shall have. */
export type Side = 'theirs' | 'yours';

interface ConflictFieldProps {
  comparison: ComparisonPartsFragment;
  field: Field;
  /** Whether it is known what the value was before. */
  known: boolean;
  side: Side | undefined;
  onChoose: (side: Side) => void;
}

/** One field from both sides. */
export function ConflictField({ comparison, field, known, side, onChoose }: ConflictFieldProps) {
  const { catalog } = useSession();
  const { path, base, latest, yours, changedBy, changedAt } = comparison;
  const told = (value: unknown) => formatValue(field, value as Value, catalog);
  const choice = (value: Side, label: string, text: string, by?: string) => (
    <label className={classes.choice} data-chosen={side === value || undefined}>
      <input type="radio" name={path} checked={side === value} onChange={() => onChoose(value)} />
      <span>
        <span className={classes.label}>{label}</span>
        <span className={classes.value}>{text}</span>
        {by && <span className={classes.by}>{by}</span>}
      </span>
    </label>
  );
  return (
    <fieldset className={classes.field}>
      <legend>{field.label}</legend>
      <div className={classes.before}>
        <span className={classes.label}>Before</span>
        <span className={classes.value}>{known ? told(base) : 'Not known'}</span>
      </div>
      {choice('theirs', 'Theirs', told(latest), changedAt ? `${actorName(changedBy)}, ${formatTime(changedAt)}` : undefined)}
      {choice('yours', 'Yours', told(yours))}
    </fieldset>
  );
}
