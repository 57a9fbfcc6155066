import { Center, Loader } from '@mantine/core';

/** Shown until the console has the viewer and the catalog. */
export function LoadingPage() {
  return (
    <Center h="100vh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
