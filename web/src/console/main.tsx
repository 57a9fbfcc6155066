import '@mantine/core/styles.css';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { Badge, Button, Checkbox, MantineProvider, Modal, Select, TextInput } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { WhoDocument as q } from '../gql';
import { nonce } from '../settings';

const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: '/graphql' }) });
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <MantineProvider getStyleNonce={() => nonce} defaultColorScheme="auto">
        <ApolloProvider client={client}>
          <BrowserRouter>
            <Button onClick={() => client.query({ query: q }).then(console.log)}>hello</Button>
            <TextInput label="x" />
            <Modal opened={false} onClose={() => {}} />
            <Checkbox />
            <Select data={[]} />
            <Badge>hu</Badge>
          </BrowserRouter>
        </ApolloProvider>
      </MantineProvider>
    </StrictMode>,
  );
