import { Center, Loader } from '@mantine/core';

/** What stands where the console cannot show anything yet. */
export function LoadingPage() {
  return (
    <Center h="100vh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
