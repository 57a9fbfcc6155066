package importfile

// usual are the names that columns usually have, in English and some other languages, without
// anything but letters and digits.
var usual = []struct {
	rule  Rule
	names []string
}{
	{Rule{To: toEmail}, []string{"email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "emailadress", "epost", "adressemail", "courriel", "correo", "correoelectronico", "correoelectrónico", "primaryemail", "email1", "workemail"}},
	{Rule{To: toFirstName}, []string{"firstname", "givenname", "forename", "vorname", "prénom", "prenom", "nombre", "förnamn", "fornamn", "fornavn", "voornaam", "nome", "fname"}},
	{Rule{To: toLastName}, []string{"lastname", "surname", "familyname", "nachname", "familienname", "nomdefamille", "apellido", "apellidos", "efternamn", "etternavn", "achternaam", "cognome", "lname"}},
	{Rule{To: toName}, []string{"name", "fullname", "displayname", "contactname", "customername", "vollständigername", "nomcomplet", "nombrecompleto", "kundenname"}},
	{Rule{To: toPhone}, []string{"mobile", "mobilephone", "mobilenumber", "cell", "cellphone", "mobil", "handy", "mobilnummer", "portable", "móvil", "phone", "phonenumber", "telephone", "tel", "telefon", "telefonnummer", "téléphone", "teléfono", "telefono", "workphone", "homephone", "businessphone"}},
	{Rule{To: toPhoneCountryCode}, []string{"phonecountrycode", "countrycode", "dialcode", "callingcode", "vorwahl", "landesvorwahl"}},
	{Rule{To: toCompany}, []string{"company", "companyname", "organization", "organisation", "organizationname", "account", "accountname", "employer", "firma", "firmenname", "unternehmen", "société", "entreprise", "empresa", "företag"}},
	{Rule{To: toSegments}, []string{"segments", "segment", "tags", "tag", "labels", "label", "groups", "group", "lists", "categories", "category", "gruppe", "gruppen", "kategorie", "kategorien", "schlagwörter"}},
	{Rule{To: toStore}, []string{"store", "preferredstore", "shop", "filiale", "branch", "butik", "tienda", "magasin"}},
	{Rule{To: toLogins}, []string{"login", "username", "loginname", "benutzername", "user"}},
	{Rule{To: toPasswordHash}, []string{"passwordhash", "hashedpassword", "passwordencrypted", "encryptedpassword"}},
	{Rule{To: toRegisteredAt}, []string{"registrationdate", "registered", "registeredat", "createdat", "created", "createddate", "createdon", "datecreated", "creationdate", "signupdate", "signedupat", "registrierung", "registriertam", "erstelltam", "angelegtam"}},
	{Rule{To: toLastModified}, []string{"updatedat", "modifiedat", "lastupdated", "lastmodifieddate", "geändertam"}},
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
