// Colours and shapes of all pages. Where they differ from Mantine's it is for contrast: text has 4.5 to 1 at least.
import { type CSSVariablesResolver, createTheme, Modal, PasswordInput } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    PasswordInput: PasswordInput.extend({
      defaultProps: {
        visibilityToggleButtonProps: { 'aria-label': 'Show the password', 'aria-hidden': undefined, tabIndex: 0 },
      },
    }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { title: { fontWeight: 600 } },
    }),
  },
});

// Under the pointer filled buttons would become lighter than their white text allows.
const hover = { '--mantine-color-cyan-filled-hover': '#095c70', '--mantine-primary-color-filled-hover': '#095c70' };

export const cssVariables: CSSVariablesResolver = ({ colors: { gray, red, cyan, dark } }) => ({
  variables: {},
  light: {
    ...hover,
    '--mantine-color-dimmed': gray[7],
    '--mantine-color-placeholder': gray[7],
    '--mantine-color-error': red[9],
    '--mantine-color-anchor': cyan[9],
  },
  dark: {
    ...hover,
    '--mantine-color-dimmed': dark[1],
    '--mantine-color-placeholder': dark[1],
    '--mantine-color-error': red[3],
    '--mantine-color-anchor': cyan[3],
  },
});
