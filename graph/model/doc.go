// Package model has the Go types that gqlgen generates for the inputs, payloads and enums of
// schema/. Contacts and other rows have the types of package ent.
package model
