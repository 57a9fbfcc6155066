package normalize

// FormsVersion is the version of all forms of this package. Raise it in each release that changes a
// form: then package rekey computes the stored forms again. A test compares samples with the forms
// that are recorded in testdata/forms.
const FormsVersion = 1
