package demo

import "strings"

// The lists that names and other values are drawn from. Any resemblance to a real person is
// coincidental.
var (
	firstNames = []string{
		"Ada", "Agnes", "Alva", "Amelie", "Anders", "Anna", "Antoine", "Arvid", "Astrid", "Axel", "Beatrice", "Benoît",
		"Birgit", "Björn", "Camille", "Carl", "Charlotte", "Chloé", "Clara", "Daniel", "David", "Dieter", "Ebba", "Edith",
		"Elin", "Elsa", "Emil", "Emma", "Erik", "Esther", "Eva", "Felix", "Florian", "Freja", "George", "Grace", "Greta",
		"Gustav", "Hannah", "Harry", "Heidi", "Hélène", "Henrik", "Hugo", "Ida", "Ingrid", "Isabelle", "Ivar", "Jack",
		"Johan", "Jonas", "Jürgen", "Karin", "Katja", "Klara", "Lars", "Léa", "Leo", "Lilly", "Linnéa", "Louis", "Lucas",
		"Ludvig", "Maja", "Manon", "Maria", "Markus", "Märta", "Mathilde", "Matthew", "Mia", "Mikael", "Monika", "Nils",
		"Nina", "Noah", "Nora", "Olivia", "Olof", "Oscar", "Paul", "Per", "Petra", "Philippe", "Ruth", "Saga", "Sara",
		"Sebastian", "Signe", "Simon", "Sofia", "Stefan", "Stella", "Sven", "Théo", "Thomas", "Tilda", "Tom", "Ulrike",
		"Vera", "Victor", "Viktoria", "Wilma", "Xavier", "Yvonne", "Åsa", "Örjan",
	}
	lastNames = []string{
		"Ahlgren", "Andersson", "Bauer", "Becker", "Berg", "Bergström", "Björk", "Blanc", "Blom", "Bonnet", "Carter",
		"Clarke", "Claesson", "Cooper", "Dahl", "Davies", "Dubois", "Dupont", "Edwards", "Ek", "Ekström", "Engel",
		"Eriksson", "Evans", "Fischer", "Forsberg", "Fournier", "Fransson", "Garnier", "Girard", "Gray", "Green",
		"Gustafsson", "Hall", "Hansson", "Harris", "Hartmann", "Hedlund", "Henriksson", "Hill", "Hoffmann", "Holm",
		"Hughes", "Isaksson", "Jackson", "Jansson", "Johansson", "Jones", "Jönsson", "Kaiser", "Karlsson", "Keller",
		"King", "Koch", "Krüger", "Lambert", "Larsson", "Lefèvre", "Lehmann", "Lind", "Lindqvist", "Lundgren", "Mårtensson",
		"Martin", "Mattsson", "Mercier", "Meyer", "Moore", "Moreau", "Morgan", "Müller", "Nilsson", "Norberg", "Nyström",
		"Olsson", "Owen", "Parker", "Persson", "Petit", "Pettersson", "Phillips", "Richter", "Roberts", "Robinson", "Roux",
		"Sandberg", "Schäfer", "Schmidt", "Schneider", "Schulz", "Scott", "Sjöberg", "Söderberg", "Strand", "Sundin",
		"Taylor", "Turner", "Vogel", "Wagner", "Walker", "Weber", "Westin", "White", "Wikström", "Wolf", "Wood", "Young",
		"Zimmermann", "Åberg", "Öberg",
	}
	initials    = strings.Split("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "")
	languages   = []string{"English", "French", "German", "Swedish"}
	hobbies     = []string{"baking", "birds", "books", "cycling", "films", "gardening", "hiking", "music", "sailing", "skiing"}
	sources     = []string{"web", "store", "app", "telephone", "fair"}
	permissions = []string{"Registration form", "In store", "Telephone call", "Competition"}
)

// unaccent maps accented letters to letters that an email address can contain.
var unaccent = map[rune]string{
	'å': "a", 'ä': "a", 'ö': "o", 'ü': "u", 'é': "e", 'è': "e", 'î': "i", 'ß': "ss",
}
