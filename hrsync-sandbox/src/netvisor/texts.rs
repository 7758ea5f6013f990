//! Error codes and their texts in the three interface languages.

use super::query::Language;

/// The vendor's error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    AuthenticationFailed,
    RequestNotUnique,
    InvalidData,
    InvalidDataSize,
    DuplicateData,
    ServiceAccessError,
    TechnicalError,
}

impl Code {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AuthenticationFailed => "AUTHENTICATION_FAILED",
            Self::RequestNotUnique => "REQUEST_NOT_UNIQUE",
            Self::InvalidData => "INVALID_DATA",
            Self::InvalidDataSize => "INVALID_DATA_SIZE",
            Self::DuplicateData => "DUPLICATE_DATA",
            Self::ServiceAccessError => "SERVICE_ACCESS_ERROR",
            Self::TechnicalError => "TECHNICAL_ERROR",
        }
    }
}

/// A text in three languages; `{}` stands for the detail.
#[derive(Debug)]
pub(crate) struct Text {
    code: Code,
    fi: &'static str,
    se: &'static str,
    en: &'static str,
}

/// Why a request was refused.
// No Debug: the detail may be an identity number.
pub(crate) struct Refusal {
    text: &'static Text,
    detail: String,
}

impl Refusal {
    pub(crate) fn code(&self) -> Code {
        self.text.code
    }

    pub(crate) fn message(&self, language: Language) -> String {
        let template = match language {
            Language::Finnish => self.text.fi,
            Language::Swedish => self.text.se,
            Language::English => self.text.en,
        };
        template.replace("{}", &self.detail)
    }
}

impl Text {
    /// The refusal with `detail` in its text.
    pub(crate) fn with(&'static self, detail: impl Into<String>) -> Refusal {
        Refusal { text: self, detail: detail.into() }
    }

    /// The refusal whose text has no detail.
    pub(crate) fn plain(&'static self) -> Refusal {
        self.with("")
    }
}

const fn text(code: Code, fi: &'static str, se: &'static str, en: &'static str) -> Text {
    Text { code, fi, se, en }
}

// A code in capitals is a guess: the vendor documents the codes, but not this use.
macro_rules! texts {
    ($($name:ident: $code:ident, $fi:literal, $se:literal, $en:literal;)*) => {
        $(pub(crate) static $name: Text = text(Code::$code, $fi, $se, $en);)*
        #[cfg(test)]
        static ALL: &[&Text] = &[$(&$name),*];
    };
}

texts! {
    HEADER: AuthenticationFailed,
        "Otsikkotieto puuttuu tai on virheellinen: {}",
        "Rubrikuppgiften saknas eller är felaktig: {}",
        "Header is missing or invalid: {}";
    ALGORITHM: AuthenticationFailed,
        "MAC-laskenta-algoritmi ei ole käytössä: {}",
        "Algoritmen för MAC-beräkning används inte: {}",
        "MAC calculation algorithm is not in use: {}";
    PARTNER: AuthenticationFailed,
        "Integraatiokumppania ei löydy, katso dokumentaatio",
        "Integrationspartnern hittades inte, se dokumentationen",
        "Integration partner not found, see documentation";
    ORGANISATION: AuthenticationFailed,
        "Organisaatiota ei löydy tai käyttäjällä ei ole oikeutta siihen: {}",
        "Organisationen hittades inte eller användaren har inte rätt till den: {}",
        "Organisation not found or the user has no right to it: {}";
    KEYS: AuthenticationFailed,
        "Integraatioavaimet eivät kelpaa. Ole hyvä ja tarkista käyttäjä- ja kumppanikohtaiset avaimet",
        "Integrationsnycklarna är inte giltiga. Kontrollera användarens och partnerns nycklar.",
        "Integration keys are not valid. Please check the keys specific to the user and partner.";
    MAC_ECHO: AuthenticationFailed,
        "URI-metodi ei kelpaa, katso dokumentaatio. Käytä MAC-tiivisteen laskentaan merkkijonoa: {}",
        "URI-metoden är inte giltig, se dokumentationen. Använd följande sträng för att beräkna MAC: {}",
        "URI method is not valid, see documentation. Use this string to calculate the MAC: {}";
    STAMP: AuthenticationFailed,
        "Aikaleima ei kelpaa: {}",
        "Tidsstämpeln är inte giltig: {}",
        "Timestamp is not valid: {}";
    NOT_UNIQUE: RequestNotUnique,
        "Tapahtumatunniste on jo käytetty",
        "Transaktionsidentifieraren har redan använts",
        "Transaction identifier has already been used";
    NO_RIGHT: NO_RIGHT,
        "Rajapintaresurssiin ei ole käyttöoikeutta: {}",
        "Ingen användarrätt till gränssnittsresursen: {}",
        "No access right to the API resource: {}";
    OVERLAP: OVERLAP,
        "Edellisen kutsun käsittely on kesken",
        "Behandlingen av det föregående anropet pågår",
        "A previous request is still being processed";
    METHOD: InvalidData,
        "URI-metodi ei kelpaa, katso dokumentaatio",
        "URI-metoden är inte giltig, se dokumentationen",
        "URI method is not valid, see documentation";
    PARAMETER: InvalidData,
        "Data form incorrect:. Parametri puuttuu tai on virheellinen: {}",
        "Data form incorrect:. Parametern saknas eller är felaktig: {}",
        "Data form incorrect:. Parameter is missing or invalid: {}";
    NOT_XML: WRONG_FORM,
        "Data form incorrect:. Sanoma ei ole kelvollista XML:ää",
        "Data form incorrect:. Meddelandet är inte giltig XML",
        "Data form incorrect:. The message is not valid XML";
    UNKNOWN_ELEMENT: WRONG_FORM,
        "Data form incorrect:. Tuntematon elementti: {}",
        "Data form incorrect:. Okänt element: {}",
        "Data form incorrect:. Unknown element: {}";
    ORDER: WRONG_FORM,
        "Data form incorrect:. Elementti on väärässä kohdassa: {}",
        "Data form incorrect:. Elementet är på fel plats: {}",
        "Data form incorrect:. Element is in the wrong place: {}";
    REPEATED: WRONG_FORM,
        "Data form incorrect:. Elementti esiintyy liian monta kertaa: {}",
        "Data form incorrect:. Elementet förekommer för många gånger: {}",
        "Data form incorrect:. Element occurs too many times: {}";
    MISSING: WRONG_FORM,
        "Data form incorrect:. Pakollinen elementti puuttuu: {}",
        "Data form incorrect:. Obligatoriskt element saknas: {}",
        "Data form incorrect:. Mandatory element is missing: {}";
    EMPTY: WRONG_FORM,
        "Data form incorrect:. Pakollinen elementti on tyhjä: {}",
        "Data form incorrect:. Obligatoriskt element är tomt: {}",
        "Data form incorrect:. Mandatory element is empty: {}";
    CONTENT: WRONG_FORM,
        "Data form incorrect:. Elementin sisältö ei kelpaa: {}",
        "Data form incorrect:. Elementets innehåll är inte giltigt: {}",
        "Data form incorrect:. Content of the element is not valid: {}";
    ATTRIBUTE: WRONG_FORM,
        "Data form incorrect:. Attribuutti ei kelpaa: {}",
        "Data form incorrect:. Attributet är inte giltigt: {}",
        "Data form incorrect:. Attribute is not valid: {}";
    TOO_LONG: TOO_LONG,
        "Elementin sisältö on liian pitkä: {}",
        "Elementets innehåll är för långt: {}",
        "Content of the element is too long: {}";
    UNKNOWN_PERSON: UNKNOWN_RECORD,
        "Data form incorrect:. Työntekijää ei löydy: {}",
        "Data form incorrect:. Arbetstagaren hittades inte: {}",
        "Data form incorrect:. Employee not found: {}";
    UNKNOWN_PERIOD: UNKNOWN_RECORD,
        "Data form incorrect:. Työsuhdetta ei löydy: {}",
        "Data form incorrect:. Anställningsförhållandet hittades inte: {}",
        "Data form incorrect:. Employment period not found: {}";
    UNKNOWN_MODEL: UNKNOWN_RECORD,
        "Data form incorrect:. Palkkamallia ei löydy: {}",
        "Data form incorrect:. Lönemodellen hittades inte: {}",
        "Data form incorrect:. Payroll rule group not found: {}";
    IDENTITY: NOT_ALLOWED,
        "Data form incorrect:. Henkilötunnus ei kelpaa: {}",
        "Data form incorrect:. Personbeteckningen är inte giltig: {}",
        "Data form incorrect:. Personal identity code is not valid: {}";
    BIC: NOT_ALLOWED,
        "Data form incorrect:. Pankin tunnus (BIC) puuttuu",
        "Data form incorrect:. Bankens identifikationskod (BIC) saknas",
        "Data form incorrect:. Bank identification code (BIC) is missing";
    PENSION: NOT_ALLOWED,
        "Data form incorrect:. Palkansaajan työeläkevakuutus on valitsematta (Ei käsittelyä)",
        "Data form incorrect:. Arbetstagarens arbetspensionsförsäkring har inte valts (Ingen behandling)",
        "Data form incorrect:. The employee's work pension insurance is not selected (No handling)";
    SAME_IDENTITY: TAKEN,
        "Palkansaaja on jo olemassa tunnisteella {}",
        "En arbetstagare finns redan med identifieraren {}",
        "An employee already exists with identifier {}";
    SAME_NUMBER: TAKEN,
        "Palkansaajanumero on jo käytössä: {}",
        "Arbetstagarnumret används redan: {}",
        "Employee number is already in use: {}";
}

#[cfg(test)]
mod tests {
    use super::{ALL, Language};

    #[test]
    fn every_text_has_three_languages_with_the_same_details() {
        for text in ALL {
            let details = |template: &str| template.matches("{}").count();
            assert_eq!(details(text.fi), details(text.en), "{}", text.en);
            assert_eq!(details(text.se), details(text.en), "{}", text.en);
            assert!(!text.fi.is_empty() && text.fi != text.en && text.se != text.en);
        }
        assert_eq!(ALL[0].with("X").message(Language::English), "Header is missing or invalid: X");
    }
}
