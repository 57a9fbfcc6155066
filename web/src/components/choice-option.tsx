import classes from './choices.module.css';

interface ChoiceOptionProps {
  /** The name of the group of choices. */
  name: string;
  /** What the choice is called. */
  label: string;
  /** The value. */
  text: string;
  /** Who has written the value, and when. */
  author?: string | undefined;
  checked: boolean;
  onChange: () => void;
}

/** A value that can be chosen, next to others. */
export function ChoiceOption({ name, label, text, author, checked, onChange }: ChoiceOptionProps) {
  return (
    <label className={classes.choice} data-chosen={checked || undefined}>
      <input type="radio" name={name} checked={checked} onChange={onChange} />
      <span>
        <span className={classes.label}>{label}</span>
        <span className={classes.value}>{text}</span>
        {author && <span className={classes.author}>{author}</span>}
      </span>
    </label>
  );
}
