//! The texts of validation messages in the two languages.
//!
//! Norwegian ones are recorded unless their name says \[guess\]; of the English ones those of `NULL`, `LENGTH`, `NAME_TAKEN`
//! and `EXISTS` are, the others are translations.

/// The language of the calling employee, in which validation messages are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// `no`
    #[default]
    Norwegian,
    /// `en`
    English,
}

impl Language {
    /// As in whoAmI.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Norwegian => "no",
            Self::English => "en",
        }
    }
}

/// A text in both languages; `{}` stands for a detail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text {
    no: &'static str,
    en: &'static str,
}

impl Text {
    pub(crate) fn say(&self, language: Language, details: &[String]) -> String {
        let template = match language {
            Language::Norwegian => self.no,
            Language::English => self.en,
        };
        details.iter().fold(template.to_owned(), |text, detail| text.replacen("{}", detail, 1))
    }
}

macro_rules! texts {
    ($($name:ident: $no:literal, $en:literal;)*) => {
        $(pub(crate) static $name: Text = Text { no: $no, en: $en };)*
        #[cfg(test)]
        static ALL: &[&Text] = &[$(&$name),*];
    };
}

texts! {
    VALIDATION: "Validering feilet.", "Validation failed.";
    NULL: "Kan ikke være null.", "Cannot be null.";
    EMPTY: "Feltet kan ikke være tomt.", "Field cannot be empty.";
    LENGTH: "Feltet har ikke korrekt lengde. Det må være mellom {} og {}.", "Length of field must be between {} and {}.";
    UNKNOWN_FIELD: "Feltet eksisterer ikke i objektet.", "The field does not exist in the object.";
    WRONG_TYPE: "Verdien er ikke av korrekt type for dette feltet.", "The value is not of the correct type for this field.";
    DATE: "Dato er ugyldig. Korrekt format er yyyy-mm-dd.", "Date is invalid. Correct format is yyyy-mm-dd.";
    ID_LIST: "'{}': Listen med ID-er må være en kommaseparert liste med positive heltall.",
        "'{}': The list of IDs must be a comma separated list of positive integers.";
    FILL_IN: "Feltet må fylles ut.", "The field must be filled in.";
    CHOOSE: "Må velges.", "Must be chosen.";
    USER_TYPE: "Brukertype kan ikke være \"0\" eller tom.", "User type cannot be \"0\" or empty.";
    EMAIL_NEEDED: "Må angis for Tripletex-brukere.", "Must be specified for Tripletex users.";
    EMAIL_TAKEN: "Det finnes allerede en bruker med denne e-postadressen.", "There is already a user with this e-mail address.";
    EMAIL_TYPO: "Det ser ut som at oppgitt e-postadresse inneholder en stavefeil. Vennligst sjekk at e-postadressen er riktig.",
        "It looks as if the e-mail address contains a typing error. Please check that the e-mail address is correct.";
    FORMAT: "Ugyldig format.", "Invalid format.";
    NUMBER_TAKEN: "Nummeret er i bruk.", "The number is in use.";
    NAME_TAKEN: "Navnet er i bruk.", "The name is in use.";
    EXISTS: "Finnes fra før.", "Already exists.";
    ACTIVITY_NAME: "Aktivitetsnavn må fylles ut.", "Activity name must be filled in.";
    ACCOUNT: "Dette er ikke et gyldig norsk kontonummer", "This is not a valid Norwegian account number";
    NEEDS_DIVISION: "Arbeidsforholdet må knyttes til en virksomhet/underenhet.",
        "The employment must be connected to a business unit.";
    LEGAL_UNIT: "Juridisk enhet kan ikke registreres som virksomhet/underenhet.",
        "A legal unit cannot be registered as a business unit.";
    OVERLAP: "Overlappende perioder.", "Overlapping periods.";
    BEFORE_START: "Dato på lønnsraden er før arbeidsforholdets startdato.",
        "The date of the salary row is before the start of the employment.";
    NO_ACTIVITY: "Aktiviteten kan ikke benyttes.", "The activity cannot be used.";
    NOT_OPEN: "Brukertilgangen \"Det kan føres lønn, reiseregninger, utlegg m.m. på bruker\" er ikke aktivert på den valgte brukeren.",
        "The user access \"Wages, travel expenses etc. can be registered on the user\" is not activated for the chosen user.";
    HOURS_EXIST: "Det er allerede registrert timer på den ansatte på denne dagen, aktiviteten og prosjektet. Oppdater antall timer som allerede er ført.",
        "Hours are already registered on the employee on this day, activity and project. Update the hours that are registered already.";
    OVER_A_DAY: "Kan ikke være over 24", "Cannot be over 24";
    RANGE: "'From and including' value ({}) is greater than or equal 'To and excluding' value ({}) in filter.",
        "'From and including' value ({}) is greater than or equal 'To and excluding' value ({}) in filter.";
    CONSUMER_TOKEN: "The consumer token is invalid or does not exist.", "The consumer token is invalid or does not exist.";
    // [guess] from here on.
    EMPLOYEE_TOKEN: "The employee token is invalid or does not exist.", "The employee token is invalid or does not exist.";
    EXPIRATION: "Må være senere enn dagens dato.", "Must be later than today.";
    EMAIL_FIXED: "E-postadressen kan ikke endres.", "The e-mail address cannot be changed.";
    NEGATIVE: "Kan ikke være negativ.", "Cannot be negative.";
    LOCKED: "Perioden er godkjent og kan ikke endres.", "The period is approved and cannot be changed.";
    STARTS_LATER: "Kan ikke være etter datoen på den andre lønnsraden.", "Cannot be after the date of the second salary row.";
    ENDS_EARLIER: "Sluttdato er før startdato.", "The end date is before the start date.";
    OTHER_ID: "Stemmer ikke med objektets id.", "Does not agree with the id of the object.";
    NEW_ID: "Kan ikke angis for et nytt objekt.", "Cannot be set for a new object.";
    NOT_DELETABLE: "Kan ikke slettes.", "Cannot be deleted.";
}

#[cfg(test)]
mod tests {
    use super::{ALL, LENGTH, Language};

    #[test]
    fn both_languages_have_the_same_details() {
        for text in ALL {
            assert_eq!(text.no.matches("{}").count(), text.en.matches("{}").count(), "{}", text.en);
            assert!(!text.no.is_empty());
        }
        let details = ["1".to_owned(), "100".to_owned()];
        assert_eq!(
            LENGTH.say(Language::Norwegian, &details),
            "Feltet har ikke korrekt lengde. Det må være mellom 1 og 100."
        );
        assert_eq!(LENGTH.say(Language::English, &details), "Length of field must be between 1 and 100.");
    }
}
