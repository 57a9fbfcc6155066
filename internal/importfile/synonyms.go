package importfile

import (
	"slices"

	"contactgraph/ent"
)

// usual are the names that columns usually have, in English and some other languages, without
// anything but letters and digits.
var usual = []struct {
	rule  Rule
	names []string
}{
	{Rule{To: toEmail}, []string{"email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "emailadress", "epost", "adressemail", "courriel", "correo", "correoelectronico", "correoelectrónico", "primaryemail", "email1", "workemail"}},
	{Rule{To: toFirstName}, []string{"firstname", "givenname", "forename", "vorname", "prénom", "prenom", "nombre", "förnamn", "fornamn", "fornavn", "voornaam", "nome", "fname"}},
	{Rule{To: toLastName}, []string{"lastname", "surname", "familyname", "nachname", "familienname", "nomdefamille", "apellido", "apellidos", "efternamn", "etternavn", "achternaam", "cognome", "lname"}},
	{Rule{To: toName}, []string{"name", "fullname", "displayname", "contactname", "customername", "vollständigername", "nomcomplet", "nombrecompleto", "kundenname", "kunde", "customer"}},
	{Rule{To: toPhone}, []string{"mobile", "mobilephone", "mobilenumber", "cell", "cellphone", "mobil", "handy", "mobilnummer", "portable", "móvil", "phone", "phonenumber", "telephone", "tel", "telefon", "telefonnummer", "téléphone", "teléfono", "telefono", "workphone", "homephone", "businessphone"}},
	{Rule{To: toPhoneCountryCode}, []string{"phonecountrycode", "countrycode", "dialcode", "callingcode", "vorwahl", "landesvorwahl"}},
	{Rule{To: toCompany}, []string{"company", "companyname", "organization", "organisation", "organizationname", "account", "accountname", "employer", "firma", "firmenname", "unternehmen", "société", "entreprise", "empresa", "företag"}},
	{Rule{To: toSegments}, []string{"segments", "segment", "tags", "tag", "labels", "label", "groups", "group", "lists", "categories", "category", "gruppe", "gruppen", "kategorie", "kategorien", "schlagwörter"}},
	{Rule{To: toStore}, []string{"store", "preferredstore", "shop", "filiale", "branch", "butik", "tienda", "magasin"}},
	{Rule{To: toLogins}, []string{"login", "username", "loginname", "benutzername", "user"}},
	{Rule{To: toPasswordHash}, []string{"passwordhash", "hashedpassword", "passwordencrypted", "encryptedpassword"}},
	{Rule{To: toRegisteredAt}, []string{"registrationdate", "registered", "registeredat", "createdat", "created", "createddate", "createdon", "datecreated", "creationdate", "signupdate", "signedupat", "registrierung", "registriertam", "erstelltam", "angelegtam"}},
	{Rule{To: toRegistrationIP}, []string{"registrationip", "signupip", "ip", "ipaddress", "optinip"}},
	{Rule{To: toRegistrationSource}, []string{"source", "leadsource", "registrationsource", "quelle", "origin"}},
	{Rule{To: toLimitPermanently}, []string{"unsubscribed", "optout", "optedout", "emailoptout", "donotemail", "nomail", "abgemeldet"}},
	{Rule{To: toLimitPermanently, Invert: true}, []string{"subscribed", "optin", "optedin", "emailoptin", "newsletter", "marketingconsent", "acceptsmarketing", "acceptsemailmarketing", "einwilligung"}},
	{Rule{To: toPermissionSource}, []string{"permissionsource", "consentsource", "optinsource"}},
}

// synonyms has the rule of each usual name.
var synonyms = func() map[string]Rule {
	byName := map[string]Rule{}
	for _, u := range usual {
		for _, name := range u.names {
			byName[name] = u.rule
		}
	}
	return byName
}()

// alike are names that properties of one meaning usually have, and columns with their values, in
// the form of plain.
var alike = [][]string{
	{"birthday", "bday", "birthdate", "dateofbirth", "dob", "geburtstag", "geburtsdatum", "datedenaissance", "fechadenacimiento", "födelsedatum"},
	{"jobtitle", "organizationtitle", "organization1title", "position", "occupation", "function", "beruf", "funktion"},
	{"notes", "note", "comment", "comments", "remark", "remarks", "notiz", "notizen", "bemerkung", "bemerkungen"},
	{"street", "adrstreet", "streetaddress", "address1street", "mailingstreet", "businessstreet", "homestreet", "straße", "strasse", "adresse"},
	{"city", "adrlocality", "town", "address1city", "mailingcity", "businesscity", "homecity", "ort", "stadt", "ville", "ciudad"},
	{"postcode", "adrpostcode", "postalcode", "zip", "zipcode", "address1postalcode", "mailingpostalcode", "businesspostalcode", "homepostalcode", "plz", "postleitzahl"},
	{"state", "adrregion", "region", "province", "address1region", "mailingstate", "businessstate", "homestate", "bundesland"},
	{"country", "adrcountry", "address1country", "mailingcountry", "businesscountryregion", "homecountryregion", "land", "pays", "país"},
	{"website", "url", "homepage", "webpage", "websiteurl", "website1value", "webseite"},
	{"salutation", "nprefix", "nameprefix", "anrede", "civilité"},
	{"gender", "sex", "geschlecht"},
	{"language", "preferredlanguage", "locale", "sprache", "langue", "idioma"},
	{"middlename", "middleinitial", "nadditional", "additionalname"},
}

// similar returns the property with the name, or else one whose name usually has the same meaning.
func (c Catalog) similar(name string) *ent.Property {
	if p := c.property(name); p != nil {
		return p
	}
	wanted := plain(name)
	names := []string{wanted}
	for _, list := range alike {
		if slices.Contains(list, wanted) {
			names = list
		}
	}
	for _, p := range c.Properties {
		if slices.Contains(names, plain(p.Name)) || p.APIName != nil && slices.Contains(names, plain(*p.APIName)) {
			return p
		}
	}
	return nil
}
