// Colours and shapes of the console. They differ from Mantine's only for contrast: text has a ratio
// of at least 4.5 to 1.
import {
  type CSSVariablesResolver,
  createTheme,
  Modal,
  Notification,
  PasswordInput,
} from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    PasswordInput: PasswordInput.extend({
      defaultProps: {
        visibilityToggleButtonProps: {
          'aria-label': 'Show password',
          'aria-hidden': undefined,
          tabIndex: 0,
        },
      },
    }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
    }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { title: { fontWeight: 600 } },
    }),
  },
});

// Mantine makes filled buttons too light for their white text when the pointer is over them.
const hoverColors = {
  '--mantine-color-cyan-filled-hover': '#095c70',
  '--mantine-primary-color-filled-hover': '#095c70',
};

export const cssVariables: CSSVariablesResolver = ({ colors: { gray, red, cyan, dark } }) => ({
  variables: {},
  light: {
    ...hoverColors,
    '--mantine-color-dimmed': gray[7],
    '--mantine-color-placeholder': gray[7],
    '--mantine-color-error': red[9],
    '--mantine-color-anchor': cyan[9],
  },
  dark: {
    ...hoverColors,
    '--mantine-color-dimmed': dark[1],
    '--mantine-color-placeholder': dark[1],
    '--mantine-color-error': red[3],
    '--mantine-color-anchor': cyan[3],
  },
});
